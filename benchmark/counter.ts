import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How fast a counter that only grows does so, per second, seen for `windowMs` and, on a machine so
 * busy that nothing was counted in that time, until something was.
 */
export async function counterRate(
  read: () => number | Promise<number>,
  windowMs: number,
): Promise<number> {
  const before = await read();
  const startMs = performance.now();
  for (;;) {
    await sleep(windowMs);
    const counted = (await read()) - before;
    if (counted > 0) return (counted * 1000) / (performance.now() - startMs);
  }
}
