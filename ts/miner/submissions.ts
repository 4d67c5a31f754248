/** Solutions on their way to the source, in the background: mining never waits for an answer. */

import { printable } from '../core/printable.js';
import { Trace } from '../core/tracing.js';
import { PowError } from '../errors.js';
import type { MinerEvent } from './events.js';
import type { Found, WorkSource } from './ports.js';

/** Answers waited for at once: a target that every hash meets must not fill the memory. */
const MOST_IN_FLIGHT = 4096;

export class Submissions {
  readonly #source: WorkSource;
  readonly #tell: (event: MinerEvent) => void;
  readonly #giveUp = new AbortController();
  readonly #inFlight = new Map<Found, Promise<void>>();

  /** @param tell - is told of every solution sent, and once of what became of it */
  constructor(source: WorkSource, tell: (event: MinerEvent) => void) {
    this.#source = source;
    this.#tell = tell;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /** Never throws and never waits. */
  send(found: Found): void {
    this.#tell({ kind: 'found', found });
    if (this.#inFlight.size < MOST_IN_FLIGHT) {
      this.#inFlight.set(found, this.#submit(found));
      return;
    }
    const error = new PowError('POW_SOURCE', `${MOST_IN_FLIGHT} submissions wait for an answer`);
    this.#tell({ kind: 'undelivered', found, error });
  }

  /** Settles when every submission in flight now has its answer. */
  async settled(): Promise<void> {
    await Promise.all(this.#inFlight.values());
  }

  /** Tells the source not to wait any longer. */
  giveUp(): void {
    this.#giveUp.abort(new PowError('POW_CLOSED', 'the miner closes'));
  }

  /** What has no answer now has none for good. */
  abandon(): void {
    for (const found of this.#inFlight.keys()) {
      const reason = 'closed before the answer came';
      const outcome = { result: 'unknown', block: found.job.goal === 'first', reason } as const;
      this.#over(found, { kind: 'outcome', found, outcome });
    }
  }

  async #submit(found: Found): Promise<void> {
    // The source runs in its own turn, so that whatever it does first delays no switch.
    await undefined;
    const names = { 'pow.lane': printable(found.job.lane), 'pow.job': printable(found.job.id) };
    const trace = Trace.start('pow.submit', names);
    const submit = () => this.#source.submit(found, this.#giveUp.signal);
    try {
      const outcome = await (trace === null ? submit() : trace.within(submit));
      trace?.set({ 'pow.result': outcome.result, 'pow.block': outcome.block });
      this.#over(found, { kind: 'outcome', found, outcome });
    } catch (error) {
      trace?.fail(error);
      this.#over(found, { kind: 'undelivered', found, error });
    } finally {
      trace?.end();
    }
  }

  /** Only the first word about a solution counts. */
  #over(found: Found, event: MinerEvent): void {
    if (this.#inFlight.delete(found)) this.#tell(event);
  }
}
