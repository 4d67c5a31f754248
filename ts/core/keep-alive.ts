/** Keeps the process alive while a search runs, and not a moment longer. */

import { setInterval } from 'node:timers';

/** The longest delay a Node timer takes: it wakes the process once in 25 days. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

let holders = 0;
let timer: NodeJS.Timeout | undefined;

/** Until the matching {@link releaseProcess}, the process does not end by itself. */
export function holdProcess(): void {
  holders += 1;
  if (holders > 1) return;
  timer ??= setInterval(() => {}, LONGEST_DELAY_MS);
  timer.ref();
}

/** Undoes one {@link holdProcess}. */
export function releaseProcess(): void {
  holders -= 1;
  if (holders === 0) timer?.unref();
}
