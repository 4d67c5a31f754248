/** What a worker reports, sent until the server keeps it. */

import { PowError } from '../../errors.js';
import { pause } from '../../miner/pause.js';
import { RETRY_RULE, Retry } from '../../miner/retry.js';
import type { CheckedNode } from './checked-options.js';
import { encodeReport, type Report } from './codec.js';
import type { Nats } from './connection.js';

export class Outbox {
  readonly #node: CheckedNode;
  readonly #signal: AbortSignal;
  /** Of this process: the same serial after a restart is another report. */
  readonly #tag: string;
  #serial = 0;

  /** @param signal - gives up what is not stored yet */
  constructor(node: CheckedNode, signal: AbortSignal) {
    this.#node = node;
    this.#signal = signal;
    this.#tag = Math.floor(node.random() * 2 ** 48).toString(36);
  }

  /**
   * Resolves when the server has it on its disk.
   *
   * @param failed - told of each try that failed
   * @returns rejects with `POW_SOURCE` when the queue is closed first
   */
  async store(nats: Nats, report: Report, failed: (error: unknown) => void): Promise<void> {
    this.#serial += 1;
    const bytes = encodeReport(this.#serial % 2 ** 32, report);
    // The same id for every try: what was kept, but not acknowledged in time, is kept once.
    const msgID = `${this.#node.id}.${this.#tag}.${this.#serial}`;
    const subject = this.#node.names.result(this.#node.id);
    const { clock, random } = this.#node;
    const retry = new Retry(RETRY_RULE, random);
    while (!this.#signal.aborted && !nats.connection.isClosed()) {
      try {
        await nats.js.publish(subject, bytes, { msgID });
        return;
      } catch (error) {
        failed(error);
        await pause(clock, retry.failed(clock.now()), this.#signal);
      }
    }
    throw new PowError('POW_SOURCE', 'the queue is closed');
  }
}
