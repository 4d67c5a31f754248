/** Waits that end: what does not come in time fails, and says what it was. */

import { setTimeout as sleep } from 'node:timers/promises';

/** More than any machine takes, however busy. */
const OVERDUE_MS = 240_000;
const LOOK_EVERY_MS = 5;

/**
 * Looks again and again until there is something to be seen.
 *
 * @param look - nothing yet: `false`, `null` or `undefined`
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  patienceMs = OVERDUE_MS,
): Promise<Exclude<T, false | null | undefined>> {
  const endMs = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (seen !== false && seen !== null && seen !== undefined) {
      return seen as Exclude<T, false | null | undefined>;
    }
    if (performance.now() > endMs) throw new Error(`waited in vain until ${what}`);
    await sleep(LOOK_EVERY_MS);
  }
}

/** What the promise brings. */
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
