import { hearAbort, unhearAbort } from '../core/abort.js';
import type { Clock } from './clock.js';
import { failureOf, NodeFailure } from './node-failure.js';

/** One wait for a node: over when the caller's signal aborts or, until {@link Wait.relax}, in time. */
export class Wait {
  readonly #caller: AbortSignal;
  readonly #ends = new AbortController();
  readonly #aborted = () => this.#ends.abort(this.#caller.reason);
  readonly #cancel: () => void;

  /** @throws the reason of `caller` when that is aborted already */
  constructor(clock: Clock, timeoutMs: number, caller: AbortSignal) {
    caller.throwIfAborted();
    this.#caller = caller;
    this.#cancel = clock.after(timeoutMs, () => {
      this.#ends.abort(new NodeFailure('late', `no whole answer within ${timeoutMs} ms`));
    });
    hearAbort(caller, this.#aborted);
  }

  get signal(): AbortSignal {
    return this.#ends.signal;
  }

  /** From here on only the caller ends it. */
  relax(): void {
    this.#cancel();
  }

  /** What to throw for an error that came up while waiting. */
  reasonOf(error: unknown): unknown {
    return this.#caller.aborted ? this.#caller.reason : failureOf(error);
  }

  /** Forgets the clock and the caller. */
  over(): void {
    this.#cancel();
    unhearAbort(this.#caller, this.#aborted);
  }
}
