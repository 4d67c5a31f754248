/** Keeps the newest work of a few chains at hand: asks the node, listens to it, gives out jobs. */

import { PowError } from '../../errors.js';
import { Intake } from '../../miner/intake.js';
import type { NodeFailure } from '../../miner/node-failure.js';
import type { Job } from '../../miner/ports.js';
import type { SourceHealth } from '../../miner/source-health.js';
import type { ChainwebClient, FetchedWork } from '../client.js';
import type { UpdateEvent } from '../updates.js';
import type { ChainBoard } from './board.js';
import { chainJob, laneOf } from './chain-job.js';
import type { NodeNetwork } from './network.js';
import type { NodeClock } from './node-clock.js';
import type { Settings } from './settings.js';
import { Streams } from './streams.js';
import { type Wanted, WorkQueue } from './work-queue.js';

const TICK_MS = 1_000;

export interface FeedContext {
  readonly client: ChainwebClient;
  readonly network: NodeNetwork;
  readonly board: ChainBoard;
  readonly nodeClock: NodeClock;
  readonly health: SourceHealth;
  readonly settings: Settings;
  /** A name for a new job. */
  nextId(chain: number): string;
  /** Called for every job, before anyone else sees it. */
  onJob(job: Job, work: FetchedWork): void;
}

export class JobFeed {
  readonly intake = new Intake();
  readonly #context: FeedContext;
  readonly #queue: WorkQueue<FetchedWork>;
  readonly #streams: Streams;
  /** Chains whose work is known to be stale: mined on only until the node had a chance to answer. */
  readonly #stale = new Set<number>();
  /** Chains that are likely to have work: the first to be suggested. */
  readonly #ready = new Set<number>();
  #cancelTick: () => void = () => {};

  constructor(context: FeedContext) {
    this.#context = context;
    const { client, network, settings } = context;
    const { retry, clock, chains, silenceMs } = settings;
    const fraction = () => settings.random.fraction();
    this.#queue = new WorkQueue<FetchedWork>({
      ask: async (chain, signal) => {
        const info = await network.get(signal);
        return client.work(info.network, chain, signal);
      },
      onWork: (work, chain) => this.#take(work, chain),
      onFailure: (failure, chain) => this.#failed(failure, chain),
      ...{ concurrency: chains + 1, retry, clock, fraction },
    });
    this.#streams = new Streams({
      open: async (chain, signal) => {
        const info = await network.get(signal);
        return client.updates(info.network, chain, signal);
      },
      onEvent: (chain, event) => this.#heard(chain, event),
      onFailure: (failure) => this.#streamFailed(failure),
      ...{ silenceMs, retry, clock, fraction },
    });
    this.#queue.want(null);
    this.#tick();
  }

  /** A solution of the work is on its way: there is room for another chain. */
  solved(work: FetchedWork): void {
    const { chain } = work.header;
    if (!this.#context.board.live.has(chain)) this.#drop(chain);
    this.#refill();
  }

  /** The node has answered to a solution. */
  settled(chain: number): void {
    this.#ready.add(chain);
    this.#refill();
  }

  async close(): Promise<void> {
    this.#cancelTick();
    this.intake.end();
    await Promise.all([this.#queue.close(), this.#streams.close()]);
  }

  #take(work: FetchedWork, asked: Wanted): void {
    const { board, nodeClock, health, settings, network, nextId, onJob } = this.#context;
    const { chain } = work.header;
    health.succeeded(`network ${network.known?.network ?? ''}`);
    nodeClock.observe({ ...work, workMicros: work.header.creationTimeMicros });
    if (asked !== null) this.#stale.delete(asked);
    this.#ready.delete(chain);
    const { change, dropped, isGain } = board.take(work, asked);
    if (dropped !== null) this.#drop(dropped);
    if (change !== null) {
      this.#stale.delete(chain);
      const { proof, workLifeMs: lifeMs } = settings;
      const job = chainJob(work, { id: nextId(chain), change, proof, lifeMs });
      onJob(job, work);
      this.intake.put(job);
      this.#streams.use(board.live.keys());
    }
    if (isGain || dropped !== null) this.#refill();
  }

  #failed(failure: NodeFailure, asked: Wanted): 'again' | 'give-up' {
    const { board, health, network, settings } = this.#context;
    health.failed('work', failure, settings.clock.now());
    const isFatal = failure.kind === 'foreign' || (!failure.isPassing && !health.hasConnected);
    if (isFatal) {
      this.intake.end(new PowError('POW_SOURCE', failure.message, { cause: failure }));
      return 'give-up';
    }
    if (failure.kind !== 'nonsense' && failure.kind !== 'late') network.doubt();
    // Work that the node has called stale is not mined on while it gives no other.
    for (const chain of this.#stale) {
      board.drop(chain);
      this.#drop(chain);
    }
    return asked === null || board.live.has(asked) || board.hasRoom ? 'again' : 'give-up';
  }

  #heard(chain: number, event: UpdateEvent): void {
    if (event === 'opened') this.#queue.lift();
    if (!this.#context.board.live.has(chain)) {
      if (event === 'ended') return;
      this.#ready.add(chain);
      this.#refill();
      return;
    }
    if (event === 'new-cut') this.#stale.add(chain);
    this.#queue.want(chain);
  }

  #streamFailed(failure: NodeFailure): void {
    const { health, network, settings } = this.#context;
    health.failed('updates', failure, settings.clock.now());
    if (failure.kind === 'unreachable' || failure.kind === 'lost') network.doubt();
  }

  #drop(chain: number): void {
    this.#stale.delete(chain);
    this.intake.drop(laneOf(chain));
  }

  /** Asks for work of more chains while there is room for them. */
  #refill(): void {
    const { board, network, settings } = this.#context;
    const { chains = [] } = network.known ?? {};
    const idle = chains.filter((chain) => !board.live.has(chain) && !this.#queue.isAsking(chain));
    const asked = chains.filter((chain) => !board.live.has(chain) && this.#queue.isAsking(chain));
    let room = settings.chains - board.live.size - asked.length;
    if (room > 0 && chains.length === 0 && !this.#queue.isAsking(null)) this.#queue.want(null);
    for (const chain of this.#inOrder(idle)) {
      if (room <= 0) return;
      room -= 1;
      this.#queue.want(chain);
    }
  }

  /** Chains that are likely to have work, those that are preferred, the rest at random. */
  #inOrder(chains: readonly number[]): readonly number[] {
    const { preferredChains, random } = this.#context.settings;
    const rank = (chain: number) =>
      this.#ready.has(chain) ? 0 : preferredChains.includes(chain) ? 1 : 2;
    return chains
      .map((chain) => ({ chain, order: rank(chain) + random.fraction() }))
      .sort((left, right) => left.order - right.order)
      .map(({ chain }) => chain);
  }

  #tick(): void {
    const { board, settings } = this.#context;
    const { clock, pollMs, refreshMs, workLifeMs } = settings;
    this.#cancelTick = clock.after(TICK_MS, () => this.#tick());
    const nowMs = clock.now();
    for (const [chain, work] of [...board.live]) {
      if (nowMs - work.sentAtMs >= workLifeMs) {
        board.drop(chain);
        this.#drop(chain);
        continue;
      }
      const periodMs = this.#streams.isConnected(chain) ? refreshMs : pollMs;
      const ageMs = nowMs - (board.checkedAtMs(chain) ?? work.receivedAtMs);
      if (ageMs >= periodMs && !this.#queue.isAsking(chain)) this.#queue.want(chain);
    }
    this.#streams.use(board.live.keys());
    this.#refill();
  }
}
