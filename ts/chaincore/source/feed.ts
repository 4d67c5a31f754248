/** Keeps the newest template at hand: asks the nodes, looks at their chain, gives out jobs. */

import { hearAbort, unhearAbort } from '../../core/abort.js';
import { PowError } from '../../errors.js';
import { Intake } from '../../miner/intake.js';
import { failureOf, type NodeFailure } from '../../miner/node-failure.js';
import type { Job } from '../../miner/ports.js';
import type { SourceHealth } from '../../miner/source-health.js';
import type { ChaincoreClient } from '../client.js';
import { type FetchedTemplate, Nodes } from './nodes.js';
import type { Need, Rounds } from './rounds.js';
import type { Settings } from './settings.js';
import { LANE, templateJob } from './template-job.js';

export interface FeedContext {
  readonly clients: readonly ChaincoreClient[];
  readonly settings: Settings;
  readonly rounds: Rounds;
  readonly health: SourceHealth;
  /** A name for a new job. */
  nextId(): string;
  /** Called for every job, before anyone else sees it. */
  onJob(job: Job, fetched: FetchedTemplate): void;
}

/** A template's time and our clock may differ by so much before a word is said. */
const MOST_CLOCK_SECONDS = 60;
/** While a block is on its way its parent is not mined on; then the node is asked again. */
const SOLVED_REST_MS = 100;

export class TemplateFeed {
  readonly intake = new Intake();
  readonly nodes: Nodes;
  readonly #context: FeedContext;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #wake: () => void = () => {};
  /** Why the next template is fetched, where somebody has said so. */
  #asked = false;
  /** The chain has moved on: what is mined is not worth it. */
  #isOutdated = false;
  #clockTold = false;

  constructor(context: FeedContext) {
    this.#context = context;
    const { clients, settings } = context;
    this.nodes = new Nodes({
      ...{ clients, settings },
      onFailure: (failure) => {
        this.#failed('work', failure);
        if (this.#isOutdated) this.#drop();
      },
      onFatal: (failure) => {
        this.intake.end(new PowError('POW_SOURCE', failure.message, { cause: failure }));
      },
    });
    this.#running = this.#run();
  }

  /** The template at hand is of no use any more. */
  refetch(): void {
    this.#asked = true;
    this.#wake();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    this.intake.end();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#asked = false;
      const fetched = await this.nodes.template(signal);
      if (fetched === null) return;
      if (this.#give(fetched)) await this.#watch();
      else await this.#pause(SOLVED_REST_MS);
    }
  }

  /** @returns whether it is mined */
  #give(fetched: FetchedTemplate): boolean {
    const { rounds, health, settings, nextId, onJob } = this.#context;
    const { template, client, askedAtMs, receivedAtMs } = fetched;
    health.succeeded(client.url);
    this.#compareClocks(template.timestampText);
    const change = rounds.take(template, askedAtMs, receivedAtMs);
    if (change === null) return false;
    this.#isOutdated = false;
    const { layout } = settings;
    const job = templateJob(template, {
      id: nextId(),
      change,
      layout,
      deadlineMs: rounds.endsAtMs,
    });
    onJob(job, fetched);
    this.intake.put(job);
    return true;
  }

  /** Until the template needs another. */
  async #watch(): Promise<void> {
    const { rounds, settings } = this.#context;
    let failures = 0;
    while (!this.#closing.signal.aborted && !this.#asked) {
      await this.#pause(settings.tipMs);
      if (this.#closing.signal.aborted || this.#asked) return;
      const need = rounds.needAt(settings.clock.now());
      if (need !== null) {
        this.#tell(need);
        return;
      }
      try {
        const tip = await this.nodes.current.tip(this.#closing.signal);
        failures = 0;
        this.#isOutdated = rounds.needAfter(tip) !== null;
        if (this.#isOutdated) return;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        // Mined on: nobody says that it is outdated, until its round is over.
        this.#failed('tip', failureOf(error));
        failures += 1;
        if (failures < settings.retries) continue;
        this.nodes.next();
        return;
      }
    }
  }

  #tell(need: Need): void {
    if (need !== 'round-over') return;
    const { settings, health } = this.#context;
    this.#drop();
    const text = `the round is over: ${settings.roundMs / 1000} s have passed without a block (time ran out, the range did not); fetching a new template`;
    settings.onNotice({ level: 'info', text });
    if (health.connection === 'lost') this.nodes.next();
  }

  #drop(): void {
    this.#context.rounds.drop();
    this.intake.drop(LANE);
  }

  #failed(what: 'work' | 'tip', failure: NodeFailure): void {
    const { health, settings } = this.#context;
    health.failed(what, failure, settings.clock.now());
  }

  #compareClocks(timestampText: string): void {
    const seconds = Number(timestampText) - Date.now() / 1000;
    const isOff = Math.abs(seconds) > MOST_CLOCK_SECONDS;
    if (isOff && !this.#clockTold) {
      const text = `the clock of the node differs from ours by ${Math.round(seconds)} s: set both, other nodes may refuse its blocks; mining on`;
      this.#context.settings.onNotice({ level: 'warn', text });
    }
    this.#clockTold = isOff;
  }

  /** Ends early on {@link TemplateFeed.refetch} and on the end of it all. */
  #pause(ms: number): Promise<void> {
    const { clock } = this.#context.settings;
    const { signal } = this.#closing;
    if (signal.aborted || this.#asked) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        unhearAbort(signal, done);
        this.#wake = () => {};
        resolve();
      };
      const cancel = clock.after(ms, done);
      this.#wake = done;
      hearAbort(signal, done);
    });
  }
}
