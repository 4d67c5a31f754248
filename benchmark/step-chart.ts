/** Lines of steps as SVG text: whole levels by block, no library. */

export interface Line {
  readonly label: string;
  readonly colour: string;
  /** One for each position, from the left. */
  readonly values: readonly number[];
}

export interface StepChartOptions {
  readonly title: string;
  /** Below the lines. */
  readonly note: string;
  readonly lines: readonly Line[];
  /** Top of the scale; its bottom is 0. */
  readonly most: number;
}

const WIDTH = 720;
const LEFT = 40;
const TOP = 44;
const PLOT_HEIGHT = 240;
const PLOT_WIDTH = WIDTH - LEFT - 20;
const LEGEND_ROW = 20;

export function stepChart({ title, note, lines, most }: StepChartOptions): string {
  const y = (value: number) => TOP + PLOT_HEIGHT * (1 - value / most);
  const bottom = TOP + PLOT_HEIGHT;
  const grid = Array.from({ length: most / 2 + 1 }, (_, i) => i * 2).flatMap((value) => [
    `<path d="M${LEFT} ${y(value).toFixed(1)}H${LEFT + PLOT_WIDTH}" stroke="#e5e5e5"/>`,
    text(LEFT - 24, y(value) + 4, String(value), 'note'),
  ]);
  const legend = lines.flatMap(({ label, colour }, i) => {
    const at = bottom + 24 + i * LEGEND_ROW;
    return [
      `<path d="M${LEFT} ${at}h24" stroke="${colour}" stroke-width="2"/>`,
      text(LEFT + 32, at + 4, label),
    ];
  });
  const height = bottom + 24 + lines.length * LEGEND_ROW + 24;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${escaped(title)}</title>`,
    '<style>.bold{font-weight:bold}.note{font-size:11px;fill:#555}</style>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(8, 22, title, 'bold'),
    ...grid,
    ...lines.map(({ values, colour }) => {
      return `<path d="${steps(values, y)}" fill="none" stroke="${colour}" stroke-width="2"/>`;
    }),
    ...legend,
    text(8, height - 10, note, 'note'),
    '</svg>',
    '',
  ].join('\n');
}

/** A path that changes level only between two positions, and says nothing where nothing changes. */
function steps(values: readonly number[], y: (value: number) => number): string {
  const width = PLOT_WIDTH / values.length;
  const parts = values.flatMap((value, i) => {
    if (i === 0) return [`M${LEFT} ${y(value).toFixed(1)}`];
    return value === values[i - 1]
      ? []
      : [`H${(LEFT + i * width).toFixed(1)}V${y(value).toFixed(1)}`];
  });
  return `${parts.join('')}H${LEFT + PLOT_WIDTH}`;
}

function text(x: number, y: number, content: string, style?: 'bold' | 'note'): string {
  const styled = style === undefined ? '' : ` class="${style}"`;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${styled}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
