/** Waits that end: what does not come in time hangs, and its test fails. */

import { setTimeout as sleep } from 'node:timers/promises';

/** More than any machine takes, however busy. */
const OVERDUE_MS = 240_000;

/** Waits until something is so. */
export async function eventually(
  isSo: () => boolean | Promise<boolean>,
  what: string,
): Promise<void> {
  const untilMs = performance.now() + OVERDUE_MS;
  while (!(await isSo())) {
    if (performance.now() > untilMs) throw new Error(`never: ${what}`);
    await sleep(5);
  }
}

/** The same of a promise. */
export async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new Error(`never: ${what}`)), OVERDUE_MS);
  });
  try {
    return await Promise.race([promise, overdue]);
  } finally {
    clearTimeout(late);
  }
}
