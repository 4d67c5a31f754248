/** The NATS adapter, worker's end. */

import { printable } from '../../core/printable.js';
import { PowError } from '../../errors.js';
import { pause } from '../../miner/pause.js';
import { RETRY_RULE, Retry } from '../../miner/retry.js';
import type { ChunkHost } from '../datasets/host.js';
import type { Capabilities, ClusterStatus, Guarantees, Lease, NodeInfo } from '../queue.js';
import { type CheckedNode, checkNode } from './checked-options.js';
import { connectNats, isRefused, type Nats } from './connection.js';
import { chunksOf } from './datasets.js';
import { mostMessageBytes } from './guarantees.js';
import type { HeldLease, LeaseOwner } from './held-lease.js';
import type { NatsWorker, NatsWorkerOptions } from './options.js';
import { Outbox } from './outbox.js';
import { textOf } from './text-of.js';
import { within } from './within.js';
import { WorkerSession } from './worker-session.js';

const STATUS_MS = 5_000;
/** Leases are given back within it, or run out. */
const CLOSE_MS = 2_000;

/**
 * Connects, and goes on doing so until it is closed.
 *
 * @throws {@link PowError} `POW_ARGUMENT`
 */
export function joinNats(options: NatsWorkerOptions): NatsWorker {
  return new NatsWorkerQueue(options);
}

class NatsWorkerQueue implements NatsWorker, LeaseOwner {
  readonly chunks: ChunkHost;
  readonly #options: NatsWorkerOptions;
  readonly #node: CheckedNode;
  readonly #closing = new AbortController();
  readonly #outbox: Outbox;
  readonly #linked: Promise<WorkerSession>;
  #session: WorkerSession | null = null;
  #capabilities: Capabilities;
  #lastError: string | null = null;
  /** What no other try can mend. */
  #fatal: PowError | null = null;
  #closed: Promise<void> | null = null;

  constructor(options: NatsWorkerOptions) {
    this.#node = checkNode(options);
    this.#options = options;
    this.#capabilities = options.capabilities;
    this.#outbox = new Outbox(this.#node, this.#closing.signal);
    this.#linked = this.#link();
    this.#linked.catch(() => {});
    const nats = async () => (await this.#linked).nats;
    this.chunks = chunksOf(nats, this.#node.names.datasets);
  }

  get guarantees(): Guarantees {
    const bytes = mostMessageBytes(this.#session?.nats.mostBytes);
    return { durable: 'power-loss', outlivesMaster: true, mostMessageBytes: bytes };
  }

  async *leases(how: { most(): number; signal: AbortSignal }): AsyncIterable<Lease> {
    const stop = AbortSignal.any([how.signal, this.#closing.signal]);
    const session = await this.#until(stop);
    if (session === null) return;
    while (!stop.aborted) {
      if (this.#fatal !== null) throw this.#fatal;
      const isTaking = this.#options.role !== 'observer' && this.#closed === null;
      const most = isTaking ? how.most() : 0;
      for (const lease of await session.next(most, stop)) yield lease;
    }
  }

  announce(capabilities: Capabilities): void {
    this.#capabilities = capabilities;
    this.#session?.tellPresence();
  }

  connection(): 'connecting' | 'connected' | 'lost' | 'closed' {
    if (this.#closed !== null || this.#fatal !== null) return 'closed';
    if (this.#session === null) return 'connecting';
    return this.#session.nats.isUp ? 'connected' : 'lost';
  }

  lastError(): string | null {
    return this.#lastError;
  }

  async status(): Promise<ClusterStatus> {
    const session = await this.#inTime();
    try {
      const { connection } = session.nats;
      const reply = await connection.request(this.#node.names.askStatus, '', {
        timeout: STATUS_MS,
      });
      return reply.json<ClusterStatus>();
    } catch (cause) {
      throw new PowError('POW_SOURCE', 'the master does not answer', { cause });
    }
  }

  peers(): readonly NodeInfo[] {
    return this.#session?.peers() ?? [];
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async store(lease: HeldLease, report: Parameters<LeaseOwner['store']>[1]): Promise<void> {
    const session = await this.#linked;
    await this.#outbox.store(session.nats, report, (error) => this.#failed(error));
    if (lease.isOver) this.#notice('debug', 'a late result was stored');
  }

  over(lease: HeldLease, how: 'done' | 'released' | 'dropped'): void {
    this.#session?.forget(lease, how === 'done');
  }

  async #link(): Promise<WorkerSession> {
    const { clock, random } = this.#node;
    const { signal } = this.#closing;
    const retry = new Retry(RETRY_RULE, random);
    for (;;) {
      if (signal.aborted) throw new PowError('POW_SOURCE', 'the queue is closed');
      try {
        return this.#begin(await connectNats(this.#node, signal));
      } catch (error) {
        if (signal.aborted) continue;
        this.#failed(error);
        if (isRefused(error)) throw this.#end(error);
        await pause(clock, retry.failed(clock.now()), signal);
      }
    }
  }

  #begin(nats: Nats): WorkerSession {
    const session = new WorkerSession(nats, {
      node: this.#node,
      owner: this,
      info: () => this.#info(),
      onNotice: (level, text) => this.#notice(level, text),
    });
    this.#session = session;
    nats.onRefusal.add((text) => this.#failed(new Error(text)));
    // The client gives up by itself only where the server does not know us any more.
    void nats.connection.closed().then((error) => {
      if (this.#closed !== null) return;
      session.lose();
      this.#end(error ?? new Error('the connection was closed'));
    });
    this.#notice('info', `connected to NATS at ${nats.connection.getServer()}`);
    return session;
  }

  async #inTime(): Promise<WorkerSession> {
    const late = new AbortController();
    const cancel = this.#node.clock.after(STATUS_MS, () => late.abort());
    try {
      const session = await this.#until(late.signal);
      if (session !== null) return session;
    } finally {
      cancel();
    }
    throw new PowError('POW_SOURCE', this.#lastError ?? 'no NATS server has answered in time');
  }

  async #until(stop: AbortSignal): Promise<WorkerSession | null> {
    const aborted = new Promise<null>((resolve) => {
      if (stop.aborted) resolve(null);
      else stop.addEventListener('abort', () => resolve(null), { once: true });
    });
    try {
      return await Promise.race([this.#linked, aborted]);
    } catch (error) {
      if (stop.aborted) return null;
      throw error;
    }
  }

  async #close(): Promise<void> {
    const session = this.#session;
    if (session !== null) {
      await within(this.#node.clock, CLOSE_MS, session.giveBack());
    }
    this.#closing.abort();
    await session?.close();
  }

  #info(): NodeInfo {
    const { id, name } = this.#node;
    return { id, name, role: this.#options.role ?? 'worker', capabilities: this.#capabilities };
  }

  #end(error: unknown): PowError {
    this.#failed(error);
    this.#fatal ??=
      error instanceof PowError
        ? error
        : new PowError('POW_SOURCE', textOf(error), { cause: error });
    return this.#fatal;
  }

  #failed(error: unknown): void {
    const text = printable(textOf(error));
    if (text !== this.#lastError) this.#notice('warn', text);
    this.#lastError = text;
  }

  #notice(level: 'debug' | 'info' | 'warn', text: string): void {
    this.#options.onNotice?.({ level, text: printable(text) });
  }
}
