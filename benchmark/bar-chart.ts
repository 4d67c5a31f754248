/** Bars as SVG text: two figures or ten, no library. */

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The figure as people read it. */
  readonly text: string;
}

export interface BarGroup {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 720;
const LABEL_WIDTH = 230;
const TEXT_WIDTH = 110;
const ROW_HEIGHT = 28;
const TITLE_HEIGHT = 34;

/**
 * One group of bars below the other, each on a scale of its own from zero.
 *
 * @param note - below the bars: where the figures come from
 */
export function barChart(groups: readonly BarGroup[], note: string): string {
  let top = 8;
  const parts: string[] = [];
  for (const { title, bars } of groups) {
    parts.push(text(8, top + 20, title, 'bold'));
    top += TITLE_HEIGHT;
    const most = Math.max(...bars.map(({ value }) => value));
    for (const bar of bars) {
      const width = (bar.value / most) * (WIDTH - LABEL_WIDTH - TEXT_WIDTH);
      parts.push(
        text(8, top + 16, bar.label),
        `<rect x="${LABEL_WIDTH}" y="${top + 3}" width="${width.toFixed(1)}" height="18" fill="#2f6f9f"/>`,
        text(LABEL_WIDTH + width + 6, top + 16, bar.text),
      );
      top += ROW_HEIGHT;
    }
    top += 8;
  }
  parts.push(text(8, top + 16, note, 'note'));
  const height = top + 28;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${groups.map(({ title }) => title).join(', ')}</title>`,
    '<style>.bold{font-weight:bold}.note{font-size:11px;fill:#555}</style>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function text(x: number, y: number, content: string, style?: 'bold' | 'note'): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const styled = style === undefined ? '' : ` class="${style}"`;
  return `<text x="${x.toFixed(1)}" y="${y}"${styled}>${escaped}</text>`;
}
