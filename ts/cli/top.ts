import { setTimeout as pause } from 'node:timers/promises';
import type { CommandRow, SharedFlags } from './command.js';
import { EXIT, type ExitCode } from './exit.js';
import { wholeNumber } from './flag-values.js';
import { interruptSignal } from './interrupt.js';
import { ask } from './top/attach.js';
import { openPlace } from './top/place.js';
import { screenOf } from './top/screen.js';
import type { Snapshot } from './top/snapshot.js';
import { type ProcessView, viewOf } from './top/view.js';

interface TopFlags extends SharedFlags {
  readonly once?: true;
  readonly pid?: number;
}

const REFRESH_MS = 1_000;
/** Longer than any busy machine takes: there is no next look. */
const ONCE_MS = 10_000;
const FROM_THE_TOP = '\x1b[H\x1b[2J';

export const top: CommandRow = {
  name: 'top',
  summary: 'Watch what mines on this machine: processes, jobs, threads that starve',
  example: 'pow-native top --once',
  addFlags(command) {
    command
      .option('--once', 'look for one second, print and end')
      .option('--pid <n>', 'one process only', wholeNumber(1, 2 ** 32));
    command.addHelpText(
      'after',
      `
Shows every mine, run and chainweb process of this user. Shares are of the last second: busy is
hashing, starved is without work while there was some (marked with ! and in red), waiting is
without any work, or resting. With --json one object for each refresh.`,
    );
  },
  run: (command) => watch(command.opts<TopFlags>()),
};

async function watch(flags: TopFlags): Promise<ExitCode> {
  const signal = interruptSignal();
  const place = openPlace();
  const look = () => ask(place, flags.pid ?? null, flags.once === true ? ONCE_MS : REFRESH_MS);
  let before = new Map<string, Snapshot>();
  if (flags.once === true) {
    before = await look();
    await rest(signal);
  }
  for (let first = true; !signal.aborted; first = false) {
    const after = await look();
    // One that is busy may miss a look, and its socket stays.
    const isGone = flags.pid !== undefined && !place.paths().some(({ pid }) => pid === flags.pid);
    if (isGone && first) throw new Error(`no mining process ${flags.pid} of this user`);
    if (isGone) return EXIT.done;
    const views = [...after].map(([path, snapshot]) => viewOf(before.get(path), snapshot));
    show(
      views.sort((left, right) => left.pid - right.pid),
      flags,
    );
    if (flags.once === true) return EXIT.done;
    before = after;
    await rest(signal);
  }
  return EXIT.interrupted;
}

async function rest(signal: AbortSignal): Promise<void> {
  await pause(REFRESH_MS, undefined, { signal }).catch(() => undefined); // told to end
}

function show(processes: readonly ProcessView[], flags: TopFlags): void {
  const { stdout } = process;
  if (flags.json === true) {
    stdout.write(`${JSON.stringify({ processes })}\n`);
    return;
  }
  const isTerminal = stdout.isTTY && process.env['TERM'] !== 'dumb';
  const colour = isTerminal && !process.env['NO_COLOR'];
  if (!isTerminal || flags.once === true) {
    const columns = isTerminal ? stdout.columns || null : null;
    stdout.write(`${screenOf(processes, { columns, rows: null, colour })}\n`);
    return;
  }
  // One column and one row stay free: a terminal would scroll, or wrap.
  const [columns, rows] = [(stdout.columns || 80) - 1, (stdout.rows || 24) - 1];
  stdout.write(FROM_THE_TOP + screenOf(processes, { columns, rows, colour }));
}
