/** One connection to one pool, from dialling to its end. */

import type { Clock } from '../../miner/clock.js';
import type { Outcome } from '../../miner/ports.js';
import { Lines } from '../lines.js';
import { parseMessage } from '../messages.js';
import type { PoolAddress } from './address.js';
import type { Dial, Dialled } from './dial.js';
import { NEW_POOL, type PoolEffect, type PoolEvent, type PoolRules } from './pool-state.js';
import { poolStep } from './pool-step.js';

export interface LinkLimits {
  /** From dialling to the first job. */
  readonly handshakeMs: number;
  /** Without any message the pool is taken for dead. */
  readonly silenceMs: number;
  /** For the answer to a share. */
  readonly answerMs: number;
}

export interface LinkOptions {
  readonly address: PoolAddress;
  readonly rules: PoolRules;
  readonly limits: LinkLimits;
  readonly dial: Dial;
  readonly clock: Clock;
  /** Everything but outcomes. */
  readonly onEffect: (effect: PoolEffect) => void;
  /** Once, when it is over. */
  readonly onEnd: (reason: string) => void;
}

/** A coinbase and its branches are a few thousand bytes. */
const MOST_LINE = 1 << 20;
const MOST_AWAITED = 4_096;

type Answer = Omit<Outcome, 'block'>;

export class PoolLink {
  readonly address: PoolAddress;
  readonly #options: LinkOptions;
  readonly #dialled: Dialled;
  readonly #lines = new Lines(MOST_LINE);
  /** Shares on their way, by the id they were sent as; gone when answered or late. */
  readonly #awaited = new Map<number, (answer: Answer) => void>();
  #state = NEW_POOL;
  #isOver = false;
  #cancelAlarm: () => void = () => {};

  constructor(options: LinkOptions) {
    this.#options = options;
    this.address = options.address;
    this.#expect(options.limits.handshakeMs, 'no job in time');
    this.#dialled = options.dial(options.address, {
      opened: () => this.#happen({ kind: 'opened' }),
      received: (bytes) => this.#received(bytes),
      closed: (reason) => this.end(reason),
    });
  }

  /** The pool has let the user in. */
  get isAuthorized(): boolean {
    return this.#state.isAuthorized;
  }

  /** Has a share sent. `unknown`: its answer did not come. */
  submit(params: readonly unknown[]): Promise<Answer> {
    if (this.#isOver) return Promise.resolve({ result: 'stale', reason: 'the pool is gone' });
    if (this.#awaited.size >= MOST_AWAITED) {
      return Promise.resolve({ result: 'rejected', reason: 'too many shares await an answer' });
    }
    const { nextId } = this.#state;
    return new Promise((resolve) => {
      const { clock, limits } = this.#options;
      const cancel = clock.after(limits.answerMs, () => {
        this.#settle(nextId, { result: 'unknown', reason: 'the pool did not answer' });
      });
      this.#awaited.set(nextId, (answer) => {
        cancel();
        resolve(answer);
      });
      this.#happen({ kind: 'submit', params });
    });
  }

  end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancelAlarm();
    // Dialling itself may end it.
    queueMicrotask(() => this.#dialled.close());
    for (const id of [...this.#awaited.keys()]) {
      this.#settle(id, { result: 'unknown', reason: `no answer to the share: ${reason}` });
    }
    this.#options.onEnd(reason);
  }

  #received(bytes: Uint8Array): void {
    if (this.#isOver) return;
    const { texts, fault } = this.#lines.push(bytes);
    for (const text of texts) {
      const message = parseMessage(text);
      if (message === null) {
        this.end('the pool sent what is no message');
        return;
      }
      this.#happen({ kind: 'message', message });
      if (this.#isOver) return;
    }
    if (fault !== null) this.end(`the pool sent a message that is ${fault}`);
    else if (this.#state.work !== null)
      this.#expect(this.#options.limits.silenceMs, 'the pool is silent');
  }

  #happen(event: PoolEvent): void {
    if (this.#isOver) return;
    const { state, lines, effects } = poolStep(this.#state, event, this.#options.rules);
    this.#state = state;
    if (lines.length > 0) this.#dialled.send(lines.join(''));
    for (const effect of effects) {
      if (effect.kind === 'outcome') this.#settle(effect.id, effect.outcome);
      else if (effect.kind === 'broken') this.end(effect.reason);
      else this.#options.onEffect(effect);
    }
  }

  #settle(id: number, answer: Answer): void {
    this.#awaited.get(id)?.(answer);
    this.#awaited.delete(id);
  }

  #expect(withinMs: number, otherwise: string): void {
    this.#cancelAlarm();
    this.#cancelAlarm = this.#options.clock.after(withinMs, () => this.end(otherwise));
  }
}
