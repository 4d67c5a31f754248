import { setTimeout as sleep } from 'node:timers/promises';

/** Until it is so. A minute is enough on any machine; more is a failure. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + 60_000;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`not within a minute: ${what}`);
    await sleep(2);
  }
}
