/** How a source is doing: what it tells of itself. */

import { printable } from '../../core/printable.js';
import type { Clock } from '../../miner/clock.js';
import type { LaneStatus, Outcome, RequestStats, SourceStatus } from '../../miner/ports.js';
import type { StratumNotice } from '../server/settings.js';

/** Upper bounds of the answers' times, in milliseconds. */
const BUCKETS = [10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000] as const;

export class PoolRecord {
  readonly #clock: Clock;
  readonly #onNotice: (notice: StratumNotice) => void;
  readonly #errors = new Map<string, number>();
  readonly #counts = BUCKETS.map(() => 0);
  #shares = 0;
  #failures = 0;
  #totalMs = 0;
  #connections = 0;
  #connection: 'connecting' | 'connected' | 'lost' = 'connecting';
  #heardMs: number;
  #lastError: string | null = null;

  constructor(clock: Clock, onNotice: (notice: StratumNotice) => void) {
    this.#clock = clock;
    this.#onNotice = onNotice;
    this.#heardMs = clock.now();
  }

  /** Since the pool was last heard. */
  get silentMs(): number {
    return this.#clock.now() - this.#heardMs;
  }

  heard(): void {
    this.#heardMs = this.#clock.now();
  }

  connected(pool: string): void {
    if (this.#connection === 'connected') return;
    this.#connection = 'connected';
    this.#connections += 1;
    this.notice('info', `the pool ${pool} gives work`);
  }

  lost(reason: string): void {
    this.#connection = 'lost';
    this.#lastError = printable(reason);
    this.#count('connection');
    this.notice('warn', reason);
  }

  notice(level: StratumNotice['level'], text: string): void {
    this.#onNotice({ level, text: printable(text) });
  }

  async share<Answer extends Pick<Outcome, 'result'>>(
    send: () => Promise<Answer>,
  ): Promise<Answer> {
    const startMs = this.#clock.now();
    const answer = await send();
    const tookMs = this.#clock.now() - startMs;
    this.#shares += 1;
    this.#totalMs += tookMs;
    BUCKETS.forEach((atMostMs, i) => {
      if (tookMs <= atMostMs) this.#counts[i] = (this.#counts[i] ?? 0) + 1;
    });
    if (answer.result === 'unknown') this.#failures += 1;
    if (answer.result !== 'accepted') this.#count(answer.result);
    return answer;
  }

  status(isClosed: boolean, lanes: readonly LaneStatus[]): SourceStatus {
    const share: RequestStats = {
      ...{ count: this.#shares, failures: this.#failures, totalMs: this.#totalMs },
      buckets: BUCKETS.map((atMostMs, i) => ({ atMostMs, count: this.#counts[i] ?? 0 })),
    };
    return {
      ...{ connection: isClosed ? 'closed' : this.#connection, lanes },
      reconnects: Math.max(0, this.#connections - 1),
      requests: { share },
      errors: Object.fromEntries(this.#errors),
      ...{ lastError: this.#lastError, warnings: [] },
    };
  }

  #count(code: string): void {
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
  }
}
