/**
 * Which chunk is asked of which host next, and who is left alone for a while. Pure: the time and
 * what became of each request come in.
 */

export interface PlanRules {
  /** Requests under way. */
  readonly window: number;
  /** Of these, at one host. */
  readonly perHost: number;
  /** A host that failed is left alone for so long, and twice as long each further time. */
  readonly restMs: number;
  readonly mostRestMs: number;
  /** The same for a host whose bytes were wrong. */
  readonly corruptMs: number;
  /** A host that has so many chunks not, one after another, is left alone, too. */
  readonly mostLacks: number;
  /** At the end, a chunk that is under way for so long is asked of a second host as well. */
  readonly hedgeMs: number;
}

export const PLAN_RULES: PlanRules = {
  window: 8,
  perHost: 4,
  restMs: 250,
  mostRestMs: 10_000,
  corruptMs: 60_000,
  mostLacks: 8,
  hedgeMs: 2000,
};

export interface Request {
  readonly host: string;
  readonly index: number;
}

export type Answer = 'right' | 'lacks' | 'failed' | 'corrupt';

interface HostState {
  running: number;
  restUntilMs: number;
  failures: number;
  /** Since it last had something. */
  lacks: number;
}

interface Flight {
  readonly hosts: Set<string>;
  readonly sinceMs: number;
}

export class FetchPlan {
  readonly #rules: PlanRules;
  readonly #random: () => number;
  readonly #waiting: number[];
  readonly #flights = new Map<number, Flight>();
  readonly #hosts = new Map<string, HostState>();
  /** Until when a host is not asked for a chunk that it did not have. */
  readonly #lacking = new Map<string, number>();
  #running = 0;

  constructor(missing: Iterable<number>, random: () => number, rules: PlanRules = PLAN_RULES) {
    this.#waiting = [...missing];
    this.#random = random;
    this.#rules = rules;
  }

  get isDone(): boolean {
    return this.#waiting.length === 0 && this.#flights.size === 0;
  }

  /** A request that is to be made now; `null`: none until something changes, or time passes. */
  next(hosts: readonly string[], nowMs: number): Request | null {
    if (this.#running >= this.#rules.window) return null;
    for (const host of this.#free(hosts, nowMs)) {
      const index = this.#pick(host, nowMs) ?? this.#hedge(host, nowMs);
      if (index === null) continue;
      this.#start(host, index, nowMs);
      return { host, index };
    }
    return null;
  }

  /** @returns whether the chunk was still wanted, and is not any more */
  answered({ host, index }: Request, answer: Answer, nowMs: number): boolean {
    const flight = this.#flights.get(index);
    flight?.hosts.delete(host);
    this.#running -= 1;
    this.#note(this.#stateOf(host), answer, nowMs);
    if (answer === 'lacks') this.#lacking.set(`${host}#${index}`, nowMs + this.#lackMs(host));
    if (answer === 'right') return this.#flights.delete(index);
    if (flight?.hosts.size === 0) {
      this.#flights.delete(index);
      this.#waiting.push(index);
    }
    return false;
  }

  /** It may have it soon, as one that has just connected or is fetching itself; or never. */
  #lackMs(host: string): number {
    const { restMs, mostRestMs } = this.#rules;
    return Math.min(mostRestMs, restMs * 2 ** Math.min(this.#stateOf(host).lacks, 10));
  }

  #note(state: HostState, answer: Answer, nowMs: number): void {
    const { restMs, mostRestMs, corruptMs, mostLacks } = this.#rules;
    state.running -= 1;
    if (answer === 'right') {
      state.failures = 0;
      state.lacks = 0;
      return;
    }
    state.lacks = answer === 'lacks' ? state.lacks + 1 : 0;
    if (answer === 'lacks' && state.lacks < mostLacks) return;
    const doubled = 2 ** Math.min(state.failures, 10) * (0.5 + this.#random() / 2);
    const forMs = answer === 'corrupt' ? doubled * 2 * corruptMs : doubled * restMs;
    const most = answer === 'corrupt' ? Number.POSITIVE_INFINITY : mostRestMs;
    state.failures += 1;
    state.restUntilMs = Math.max(state.restUntilMs, nowMs + Math.min(forMs, most));
  }

  /** The least busy first. */
  #free(hosts: readonly string[], nowMs: number): string[] {
    const isFree = (host: string) => {
      const { running, restUntilMs } = this.#stateOf(host);
      return running < this.#rules.perHost && nowMs >= restUntilMs;
    };
    const running = (host: string) => this.#stateOf(host).running;
    return hosts.filter(isFree).sort((one, other) => running(one) - running(other));
  }

  /** Any of those that wait, so that hosts that have only some of them can help each other. */
  #pick(host: string, nowMs: number): number | null {
    const { length } = this.#waiting;
    const from = Math.floor(this.#random() * length);
    for (let step = 0; step < length; step++) {
      const at = (from + step) % length;
      const index = this.#waiting[at] as number;
      if (!this.#mayHave(host, index, nowMs)) continue;
      this.#waiting[at] = this.#waiting.at(-1) as number;
      this.#waiting.pop();
      return index;
    }
    return null;
  }

  #hedge(host: string, nowMs: number): number | null {
    for (const [index, { hosts, sinceMs }] of this.#flights) {
      const isSlow = hosts.size === 1 && nowMs - sinceMs >= this.#rules.hedgeMs;
      if (isSlow && !hosts.has(host) && this.#mayHave(host, index, nowMs)) return index;
    }
    return null;
  }

  #mayHave(host: string, index: number, nowMs: number): boolean {
    const until = this.#lacking.get(`${host}#${index}`);
    if (until === undefined || nowMs < until) return until === undefined;
    return this.#lacking.delete(`${host}#${index}`);
  }

  #start(host: string, index: number, nowMs: number): void {
    const flight = this.#flights.get(index) ?? { hosts: new Set(), sinceMs: nowMs };
    flight.hosts.add(host);
    this.#flights.set(index, flight);
    this.#stateOf(host).running += 1;
    this.#running += 1;
  }

  #stateOf(host: string): HostState {
    const state = this.#hosts.get(host) ?? { running: 0, restUntilMs: 0, failures: 0, lacks: 0 };
    this.#hosts.set(host, state);
    return state;
  }
}
