import { hearAbort } from '../../core/abort.js';
import type { Clock } from '../../miner/clock.js';

/** Calls again and again, `ms` after the last call was over, until `signal` aborts. */
export function every(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  call: () => Promise<void> | void,
): void {
  let cancel = () => {};
  const again = async () => {
    await call();
    if (!signal.aborted) cancel = clock.after(ms, () => void again());
  };
  if (signal.aborted) return;
  cancel = clock.after(ms, () => void again());
  hearAbort(signal, () => cancel());
}
