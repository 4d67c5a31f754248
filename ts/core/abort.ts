/**
 * Hearing an abort. All searches on one signal share one listener: Node warns of a leak when a
 * signal has more than ten, and fifty searches on one signal are no leak.
 */

const callsOf = new WeakMap<AbortSignal, Set<() => void>>();

/** Runs `call` when `signal` aborts, until {@link unhearAbort}. */
export function hearAbort(signal: AbortSignal, call: () => void): void {
  const calls = callsOf.get(signal);
  if (calls !== undefined) {
    calls.add(call);
    return;
  }
  callsOf.set(signal, new Set([call]));
  signal.addEventListener('abort', tellAll);
}

/** The last one to go takes the listener along. */
export function unhearAbort(signal: AbortSignal, call: () => void): void {
  const calls = callsOf.get(signal);
  if (calls === undefined || !calls.delete(call) || calls.size > 0) return;
  callsOf.delete(signal);
  signal.removeEventListener('abort', tellAll);
}

/** A call may unhear itself and others: the set that is walked is a copy. */
function tellAll(this: AbortSignal): void {
  for (const call of [...(callsOf.get(this) ?? [])]) call();
}
