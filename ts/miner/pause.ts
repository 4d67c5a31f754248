import { hearAbort, unhearAbort } from '../core/abort.js';
import type { Clock } from './clock.js';

/** Waits. Resolves early when `signal` aborts: whoever waits looks at it. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      unhearAbort(signal, done);
      resolve();
    };
    const cancel = clock.after(ms, done);
    hearAbort(signal, done);
  });
}
