/** Programs that mine, as `top` shows them. */

import { setTimeout as pause } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { ask } from '../../../ts/cli/top/attach.js';
import { openPlace } from '../../../ts/cli/top/place.js';
import { type Program, start } from '../run/programs.js';

/** Never solved. */
export const HARD = [
  ...['mine', '--layout', 'custom', '--algorithm', 'sha256', '--nonce-encoding', 'u64le'],
  ...['--nonce-offset', '0', '--hash-order', 'be', '--work', '00'.repeat(16)],
  ...['--target', '0'.repeat(64), '--threads', '2'],
];

interface Seen {
  readonly pid: number;
  readonly command: string;
  readonly hashes: number;
  readonly blocks: { readonly accepted: number } | null;
  readonly jobs: readonly { readonly lane: string }[];
  readonly threads: readonly { readonly busy: number; readonly isStarved: boolean }[];
}

/** What `top` shows as soon as it is as wanted; each refresh is one line. */
export async function seen(
  isWanted: (processes: readonly Seen[]) => boolean,
): Promise<readonly Seen[]> {
  const top = start(['top', '--json']);
  for (let lines = 1; ; lines++) {
    await top.until('stdout', new RegExp(`(.*\\n){${lines}}`));
    const { processes } = JSON.parse(top.stdout.split('\n')[lines - 1] ?? '');
    if (!isWanted(processes)) continue;
    top.kill('SIGTERM');
    assert.is(await top.ended, 130);
    return processes;
  }
}

/** The process id of the one miner, as soon as it can be seen. */
export async function pidOf(miner: Program): Promise<number> {
  let isOver = false;
  void miner.ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    const [snapshot] = (await ask(openPlace(), null, 10_000)).values();
    if (snapshot !== undefined) return snapshot.pid;
    await pause(50);
  }
  throw new Error(`ended before it could be seen:\n${miner.stderr}`);
}
