import type { BackendSearch, SearchEnd, SearchPlan, SearchStats } from '../contract.js';
import type { SearchThread } from './search-thread.js';
import { SharedSearch, sharedNow } from './shared-memory.js';
import type { Departure } from './worker.js';

/** What a search asks of its engine. */
export interface Host {
  /** For tests: the nonce whose chunk throws. */
  readonly panicAt: bigint | null;
  /** A thread has left: whether it should come back. */
  departed(thread: SearchThread, departure: Departure): boolean;
}

/** One search, and the threads that take part in it. They may come and go. */
export class RunningSearch implements BackendSearch {
  /** Resolves when the last thread has left it for good. */
  readonly over: Promise<SearchEnd>;
  readonly #shared = new SharedSearch();
  readonly #number: number;
  readonly #plan: SearchPlan;
  readonly #host: Host;
  readonly #startedMs = sharedNow();
  readonly #present = new Set<SearchThread>();
  /** Of those that will not come back. Not empty: the search is about to end. */
  readonly #departures: Departure[] = [];
  #stopped: { readonly atMs: number; readonly hashes: number } | null = null;
  #end: { readonly leaveMs: number | null; readonly wastedHashes: number } | null = null;
  #settle: (end: SearchEnd) => void = () => {};

  constructor(number: number, plan: SearchPlan, host: Host) {
    this.#number = number;
    this.#plan = plan;
    this.#host = host;
    this.over = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  hashes(): number {
    return this.#shared.hashes;
  }

  stats(): SearchStats {
    const { firstClaimMs } = this.#shared;
    const firstChunkMs = firstClaimMs === null ? null : Math.max(0, firstClaimMs - this.#startedMs);
    return { firstChunkMs, ...(this.#end ?? { leaveMs: null, wastedHashes: 0 }) };
  }

  cancel(): void {
    this.#stopped ??= { atMs: performance.now(), hashes: this.hashes() };
    this.#shared.stop();
    this.#endIfLast();
  }

  /** Lets a thread take part. Nothing happens if it does already, or the search is ending. */
  join(thread: SearchThread): void {
    if (this.#present.has(thread) || this.#shared.stopped || this.#departures.length > 0) return;
    this.#present.add(thread);
    const { buffer } = this.#shared;
    const [plan, number, panicAt] = [this.#plan, this.#number, this.#host.panicAt];
    thread
      .search({ plan, number, search: buffer, panicAt }, plan.label ?? `search ${number}`)
      .then((departure) => this.#part(thread, departure));
  }

  #part(thread: SearchThread, departure: Departure): void {
    this.#present.delete(thread);
    // A thread that died could not stop the others itself.
    if (departure.kind === 'panicked') this.#shared.stop();
    if (departure.kind !== 'left') this.#departures.push(departure);
    if (this.#host.departed(thread, departure)) this.join(thread);
    this.#endIfLast();
  }

  #endIfLast(): void {
    if (this.#present.size > 0 || this.#end !== null) return;
    if (!this.#shared.stopped && this.#departures.length === 0) return; // paused
    const end = endOf(this.#departures);
    const leaveMs = this.#stopped && performance.now() - this.#stopped.atMs;
    this.#end = { leaveMs, wastedHashes: this.#wasted(end) };
    this.#settle(end);
  }

  #wasted(end: SearchEnd): number {
    const hashes = this.hashes();
    if (end.kind === 'found') return hashes - Number(end.nonce - this.#plan.start) - 1;
    return end.kind === 'cancelled' && this.#stopped !== null ? hashes - this.#stopped.hashes : 0;
  }
}

/** How a search ended, from how each thread left it: the event of the lowest nonce counts. */
function endOf(departures: readonly Departure[]): SearchEnd {
  let lowest: Extract<Departure, { kind: 'found' | 'panicked' }> | null = null;
  for (const departure of departures) {
    if (departure.kind !== 'found' && departure.kind !== 'panicked') continue;
    if (lowest === null || nonceOf(departure) < nonceOf(lowest)) lowest = departure;
  }
  // Every claimed chunk was finished, so these are the truth even when a cancel came as well.
  if (lowest?.kind === 'found') return lowest;
  if (lowest?.kind === 'panicked') return { kind: 'panicked', detail: lowest.detail };
  const drained = departures.some(({ kind }) => kind === 'drained');
  return { kind: drained ? 'exhausted' : 'cancelled' };
}

/** A thread that could not hash at all comes first: nobody knows what it had claimed. */
function nonceOf(event: Extract<Departure, { kind: 'found' | 'panicked' }>): bigint {
  return event.kind === 'found' ? event.nonce : (event.at ?? -1n);
}
