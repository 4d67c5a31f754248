/** Takes what workers report off its stream, in order, and acknowledges what is on record. */

import { hearAbort } from '../../core/abort.js';
import { pause } from '../../miner/pause.js';
import type { CheckedNode } from './checked-options.js';
import { decodeReport, type Report } from './codec.js';
import type { Nats } from './connection.js';
import { layOutResults } from './layout.js';
import { workerOf } from './names.js';
import { type Delivery, Puller } from './pull.js';
import { textOf } from './text-of.js';
import { Waiting } from './waiting.js';

const BATCH = 256;
const WAIT_MS = 5_000;
/** Reports whose work is not published yet wait; more than so many are not taken. */
const MOST_OPEN = 4_096;
const RETRY_MS = 250;
/** Headers: the id that an outbox gives; what a server adds to what it repeats. */
const MESSAGE_ID = 'Nats-Msg-Id';
const REPEATED = 'Nats-Stream';
/** How long a comparison waits for results that are on their way. */
const SETTLE_MS = 1_000;

export interface ResultsHow {
  readonly node: CheckedNode;
  readonly nats: Nats;
  readonly epoch: number;
  readonly signal: AbortSignal;
  /** Resolves when the report is on record, or counts for nothing; rejects when it is not kept. */
  readonly take: (worker: string, report: Report) => Promise<void>;
  /** It has sent what no honest worker does. */
  readonly onOffence: (worker: string, reason: string) => void;
  readonly onNotice: (text: string) => void;
}

export class Results {
  readonly #how: ResultsHow;
  readonly #puller: Puller;
  /** By their place in the stream. */
  readonly #open = new Set<number>();
  readonly #waiting: Waiting;
  #highest = 0;

  constructor(how: ResultsHow) {
    this.#how = how;
    const { nats, node, signal } = how;
    this.#waiting = new Waiting(node.clock);
    const inbox = `${node.names.inbox(node.id)}.results`;
    const from = { stream: node.names.results, inbox, clock: node.clock };
    this.#puller = new Puller(nats.connection, from, (delivery) => void this.#take(delivery));
    nats.onReconnect.add(() => this.#puller.giveUp());
    hearAbort(signal, () => this.#puller.close());
    void this.#run();
  }

  /** Resolves when everything that is stored by now was looked at, or a second has gone. */
  async settle(): Promise<void> {
    const { nats, node } = this.#how;
    const { state } = await nats.jsm.streams.info(node.names.results);
    const isSettled = () =>
      this.#highest >= state.last_seq && ![...this.#open].some((at) => at <= state.last_seq);
    if (state.messages > 0) await this.#waiting.until(isSettled, SETTLE_MS);
  }

  async #run(): Promise<void> {
    const { nats, node, epoch, signal, onNotice } = this.#how;
    let consumer: string | null = null;
    while (!signal.aborted) {
      try {
        consumer ??= await layOutResults(nats, node.names, epoch);
        const most = Math.min(BATCH, MOST_OPEN - this.#open.size);
        if (most <= 0) await pause(node.clock, RETRY_MS, signal);
        else if ((await this.#pull(consumer, most)) === 'gone') consumer = null;
      } catch (error) {
        if (signal.aborted) return;
        onNotice(`results: ${textOf(error)}`);
        await pause(node.clock, RETRY_MS, signal);
      }
    }
  }

  /** @returns `gone`: the consumer may not be there any more */
  async #pull(consumer: string, most: number): Promise<'gone' | 'there'> {
    const { node } = this.#how;
    const sinceMs = node.clock.now();
    const left = await this.#puller.pull({ consumer, most, waitMs: WAIT_MS });
    const isEarly = left === most && node.clock.now() - sinceMs < WAIT_MS / 2;
    if (!isEarly) return 'there';
    await pause(node.clock, RETRY_MS / 5, this.#how.signal);
    return 'gone';
  }

  async #take(delivery: Delivery): Promise<void> {
    const { sequence } = delivery;
    // It comes again while the first one still waits for its work.
    if (this.#open.has(sequence) || this.#how.signal.aborted) return;
    this.#open.add(sequence);
    this.#highest = Math.max(this.#highest, sequence);
    try {
      const worker = workerOf(delivery.subject);
      const report = this.#isFrom(worker, delivery) ? this.#read(delivery, worker) : null;
      if (report !== null) await this.#how.take(worker, report);
      if (!this.#how.signal.aborted) delivery.ack();
    } catch (error) {
      // Not acknowledged: it comes again, or the next master takes it.
      this.#how.onNotice(`a result is not on record: ${textOf(error)}`);
    } finally {
      this.#open.delete(sequence);
      this.#waiting.look();
    }
  }

  /**
   * Whether that worker has sent it. Anybody can have a server answer to this subject: its answers
   * have no id, and what it repeats out of a stream has the name of that.
   */
  #isFrom(worker: string, { subject, headers }: Delivery): boolean {
    const isNamed = headers?.get(MESSAGE_ID).startsWith(`${worker}.`) === true;
    return isNamed && !headers.has(REPEATED) && subject === this.#how.node.names.result(worker);
  }

  #read({ data }: Delivery, worker: string): Report | null {
    try {
      return decodeReport(data);
    } catch (error) {
      this.#how.onOffence(worker, textOf(error));
      return null;
    }
  }
}
