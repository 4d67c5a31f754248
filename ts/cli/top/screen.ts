/** Mining processes as lines of text. Pure. */

import { count, elapsed, hashRate } from '../quantities.js';
import { outcomes } from '../run/report.js';
import { textTable } from '../table.js';
import type { ProcessView, ThreadView } from './view.js';

export interface Screen {
  /** `null`: as many as there are. */
  readonly columns: number | null;
  readonly rows: number | null;
  readonly colour: boolean;
}

interface Line {
  readonly text: string;
  readonly isStarved: boolean;
}

const RED = '\x1b[31m';
const PLAIN = '\x1b[39m';

export function screenOf(views: readonly ProcessView[], screen: Screen): string {
  const lines =
    views.length === 0
      ? [plain('no mining process of this user')]
      : views.flatMap((view, index) => [...(index > 0 ? [plain('')] : []), ...linesOf(view)]);
  return fitted(lines, screen)
    .map(({ text, isStarved }) => (isStarved && screen.colour ? `${RED}${text}${PLAIN}` : text))
    .join('\n');
}

function linesOf(view: ProcessView): Line[] {
  const { blocks, shares, running, jobs } = view;
  const head = [
    `${view.command} ${view.pid}`,
    elapsed(view.uptimeMs),
    hashRate(view.hashesPerSecond),
    `${count(view.hashes)} hashes`,
    ...(blocks === null ? [] : [outcomes(blocks)]),
    ...(shares === null || Object.values(shares).every((many) => many === 0)
      ? []
      : [`shares: ${outcomes(shares)}`]),
  ];
  const lanes = jobs.map(({ lane }) => lane).join(', ');
  const many = `${running} ${running === 1 ? 'job' : 'jobs'}`;
  return [
    plain(head.join(' | ')),
    plain(lanes === '' ? many : `${many}: ${lanes}`),
    ...threadLines(view.threads),
  ];
}

function threadLines(threads: readonly ThreadView[]): Line[] {
  const head = ['', '>thread', '>rate', '>busy', '>starved', '>waiting', 'job', 'last error'];
  const rows = threads.map((thread, index) => [
    thread.isStarved ? '!' : '',
    String(index),
    hashRate(thread.hashesPerSecond),
    ...[thread.busy, thread.starved, thread.waiting].map((share) => `${Math.round(share * 100)} %`),
    thread.job ?? '',
    thread.lastError ?? '',
  ]);
  const [titles = '', ...lines] = textTable(head, rows).split('\n');
  return [
    plain(titles),
    ...lines.map((text, index) => ({ text, isStarved: threads[index]?.isStarved === true })),
  ];
}

function plain(text: string): Line {
  return { text, isStarved: false };
}

/** What does not fit is cut off, aloud where it is lines. */
function fitted(lines: readonly Line[], { columns, rows }: Screen): Line[] {
  const shown =
    rows === null || lines.length <= rows
      ? lines
      : [...lines.slice(0, rows - 1), plain(`… ${lines.length - rows + 1} more lines`)];
  return shown.map((line) => ({ ...line, text: line.text.slice(0, columns ?? undefined) }));
}
