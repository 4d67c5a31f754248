import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition. A test that waits in vain is ended by whoever runs it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(5);
}
