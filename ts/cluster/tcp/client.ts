/** The embedded adapter, worker's end: one connection to a master, made again when it is lost. */

import { printable } from '../../core/printable.js';
import { PowError } from '../../errors.js';
import { pause } from '../../miner/pause.js';
import { ChunkAnswerer, ChunkAsker } from '../datasets/exchange.js';
import type { ChunkHost } from '../datasets/host.js';
import type { Capabilities, ClusterStatus, Guarantees, Lease, NodeInfo } from '../queue.js';
import type { Message, MessageOf } from '../wire/messages.js';
import { Connector } from './client/connector.js';
import { Hand } from './client/hand.js';
import { Letters } from './client/letters.js';
import { Pulse } from './client/pulse.js';
import { Questions } from './client/questions.js';
import { type WorkerSettings, workerSettings } from './client/settings.js';
import { Taking } from './client/taking.js';
import { MOST_SPEC_MESSAGE_BYTES } from './limits.js';
import type { Link } from './link.js';
import type { TcpWorker, TcpWorkerOptions } from './options.js';

/**
 * Connects, and goes on doing so until it is closed.
 *
 * @throws {@link PowError} `POW_ARGUMENT`
 */
export function joinMaster(options: TcpWorkerOptions): TcpWorker {
  return new EmbeddedWorker(workerSettings(options));
}

/** For a master to store what it is still told. */
const CLOSE_MS = 2_000;

class EmbeddedWorker implements TcpWorker {
  /** Of a master with a journal; one without tells so itself. */
  readonly guarantees: Guarantees = {
    durable: 'power-loss',
    outlivesMaster: true,
    mostMessageBytes: MOST_SPEC_MESSAGE_BYTES,
  };
  readonly chunks: ChunkHost;
  readonly #settings: WorkerSettings;
  readonly #letters: Letters;
  readonly #hand: Hand;
  readonly #questions: Questions;
  readonly #connector: Connector;
  readonly #taking: Taking;
  readonly #pulse: Pulse;
  readonly #ends = new AbortController();
  #capabilities: Capabilities;
  /** Said in the newest HELLO. */
  #said: Capabilities;
  #peers: readonly NodeInfo[] = [];
  #state: 'connecting' | 'connected' | 'lost' = 'connecting';
  #lastError: string | null = null;
  #fatal: PowError | null = null;
  #asker: ChunkAsker | null = null;
  #answerer: ChunkAnswerer | null = null;
  #closing: Promise<void> | null = null;

  constructor(settings: WorkerSettings) {
    const { limits, clock, options } = settings;
    this.#settings = settings;
    this.#capabilities = options.capabilities;
    this.#said = options.capabilities;
    const link = () => this.#connector.link;
    this.#letters = new Letters(limits.rates.result, clock);
    this.#hand = new Hand(this.#letters, { onChange: () => this.#taking.changed() });
    this.#taking = new Taking({ hand: this.#hand, clock, link, isOver: () => this.#isOver() });
    this.#pulse = new Pulse(clock, this.#hand, () => this.#taking.ask());
    this.#questions = new Questions(clock, link);
    this.#connector = new Connector({
      ...settings,
      capabilities: () => {
        this.#said = this.#capabilities;
        return this.#said;
      },
      held: () => this.#hand.held,
      onUp: (up, reply, name) => this.#up(up, reply, name),
      onMessage: (message) => this.#received(message),
      onDown: (reason, wasUp) => this.#down(reason, wasUp),
      onRefused: (reason) => this.#refused(reason),
    });
    const get: ChunkHost['get'] = async (root, index, signal) => {
      return (await this.#asker?.get(root, index, signal)) ?? null;
    };
    this.chunks = { name: 'master', get };
    this.#connector.dial();
  }

  leases(how: { most(): number; signal: AbortSignal }): AsyncIterable<Lease> {
    return this.#taking.leases(how);
  }

  announce(capabilities: Capabilities): void {
    this.#capabilities = capabilities;
    this.#connector.link?.send({ kind: 'capabilities', capabilities });
  }

  connection(): 'connecting' | 'connected' | 'lost' | 'closed' {
    return this.#closing === null ? this.#state : 'closed';
  }

  lastError(): string | null {
    return this.#lastError;
  }

  status(): Promise<ClusterStatus> {
    if (this.#fatal !== null) return Promise.reject(this.#fatal);
    if (this.#closing !== null) return Promise.reject(closedError());
    return this.#questions.ask(() => this.#lastError ?? 'it is silent');
  }

  peers(): readonly NodeInfo[] {
    return this.#peers;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { clock } = this.#settings;
    // Whoever hashes stops; what he does not give back himself is given back for him.
    this.#hand.giveBack();
    this.#taking.close();
    this.#questions.close(closedError());
    const lateMs = clock.now() + CLOSE_MS;
    const isTelling = () => this.#connector.link !== null && !this.#letters.isEmpty;
    while (isTelling() && clock.now() < lateMs) await pause(clock, 5, this.#ends.signal);
    this.#letters.close();
    this.#pulse.stop();
    await this.#connector.close();
    this.#ends.abort();
  }

  /** @throws what cannot mend */
  #isOver(): boolean {
    if (this.#fatal !== null) throw this.#fatal;
    return this.#closing !== null;
  }

  #up(link: Link, reply: MessageOf<'hello-reply'>, name: string): void {
    const { clock, options } = this.#settings;
    this.#state = 'connected';
    this.#notice('info', `connected to ${name}, epoch ${reply.epoch}`);
    const send = (message: Message) => link.send(message);
    // Others since: while the answer was on its way nothing could be said.
    const capabilities = this.#capabilities;
    if (capabilities !== this.#said) send({ kind: 'capabilities', capabilities });
    this.#asker = new ChunkAsker('master', send);
    const answer = (message: Message) => link.sendPatiently(message);
    this.#answerer =
      options.serves === undefined ? null : new ChunkAnswerer(options.serves, answer);
    this.#hand.reclaimed(reply.kept, clock.now());
    this.#letters.start(send);
    this.#pulse.start(link, reply);
    this.#questions.up();
    this.#taking.up();
  }

  #received(message: Message): void {
    switch (message.kind) {
      case 'stored':
        this.#letters.stored(message.serial);
        if (message.verdict === 'rejected')
          this.#notice('warn', `a result was rejected: ${message.reason}`);
        break;
      case 'peer-list':
        this.#peers = message.peers;
        break;
      case 'status':
        this.#questions.answered(message.status);
        break;
      case 'error':
        this.#warned(message);
        break;
      case 'dataset-chunk':
        this.#asker?.reply(message);
        break;
      case 'dataset-request':
        this.#asked(message);
        break;
      default:
        this.#hand.received(message, this.#settings.clock.now());
    }
  }

  #warned({ text, about, retryAfterMs }: MessageOf<'error'>): void {
    this.#notice('warn', `the master says of ${about ?? 'a message'}: ${text}`);
    this.#letters.hold(retryAfterMs);
  }

  #asked(request: MessageOf<'dataset-request'>): void {
    if (this.#answerer?.request(request)) return;
    const { root, first: index } = request;
    this.#connector.link?.send({ kind: 'dataset-chunk', root, index, bytes: null });
  }

  #down(reason: string, wasUp: boolean): void {
    this.#letters.stop();
    this.#pulse.stop();
    this.#asker?.close(new PowError('POW_SOURCE', reason));
    this.#answerer?.close();
    this.#asker = null;
    if (this.#closing !== null) return;
    if (wasUp) this.#state = 'lost';
    this.#lastError = reason;
    this.#notice(wasUp ? 'warn' : 'debug', wasUp ? `connection lost: ${reason}` : reason);
  }

  /** Nothing can mend it: a key that is unknown, a certificate that nobody trusts. */
  #refused(reason: string): void {
    this.#state = 'lost';
    this.#lastError = `refused by ${reason}`;
    this.#fatal = new PowError('POW_SOURCE', this.#lastError);
    this.#notice('warn', this.#lastError);
    this.#hand.lose();
    this.#letters.close();
    this.#questions.close(this.#fatal);
    this.#taking.close();
  }

  #notice(level: 'debug' | 'info' | 'warn', text: string): void {
    this.#settings.options.onNotice?.({ level, text: printable(text) });
  }
}

function closedError(): PowError {
  return new PowError('POW_SOURCE', 'the connection to the cluster is closed');
}
