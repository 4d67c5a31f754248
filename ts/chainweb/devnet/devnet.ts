/** The development node: one object, one port. */

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { badArgument, requireInteger, requireObject } from '../../core/arguments.js';
import { Target } from '../../core/target.js';
import { chainwebVersionCode } from '../codec/versions.js';
import { wallClock } from './clock.js';
import { Coordination, type SolvedAnswer } from './coordination.js';
import { type Fault, type FaultPlace, FaultSwitches } from './faults.js';
import { CHAIN_GRAPHS } from './graph.js';
import { Journal } from './journal.js';
import type { Miner } from './miners.js';
import { hashKey, type Rules } from './rules.js';
import { createApiServer } from './server.js';
import { UpdateStreams } from './updates.js';

export interface DevnetOptions {
  /** Default: loopback, `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default 1848, as the service port of a node; 0: any that is free. */
  readonly port?: number | undefined;
  /** PEM texts: HTTPS. Default: HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** Default 20. */
  readonly chains?: keyof typeof CHAIN_GRAPHS | undefined;
  /** Who may mine; the whole of each is compared. Default: everybody. */
  readonly miners?: readonly Miner[] | undefined;
  /** Whether a solution's hash must meet its target. Default `true`. */
  readonly proofOfWork?: boolean | undefined;
  /** Expected hashes of the first blocks. Default 100000. */
  readonly difficulty?: number | undefined;
  /** What the difficulty of a chain is adjusted to. Default 2000. */
  readonly blockDelayMs?: number | undefined;
  /**
   * Blocks between two adjustments, at least 30; a tenth of it in the first window. Default 30;
   * 0: the difficulty never changes.
   */
  readonly window?: number | undefined;
  /** An update stream lives this long, times 0.9 to 1.1. Default 240000. */
  readonly updateStreamTimeoutMs?: number | undefined;
  /** Default 2000. */
  readonly updateStreamLimit?: number | undefined;
  /** Payloads that may wait for a solution before work is refused. Default 1200. */
  readonly requestLimit?: number | undefined;
  /** How often every chain gets new transactions. Default 0: never by itself. */
  readonly refreshEveryMs?: number | undefined;
  /** Newest headers of each chain that `/header` knows. Default 1000. */
  readonly headersKept?: number | undefined;
  /**
   * Blocks are kept in this file, on the disk before they are answered, and taken in again at the
   * next start. One node at a time: a file beside it, named `.lock`, says which process has it.
   * Default: nothing is kept.
   */
  readonly dataFile?: string | undefined;
  /** Called for every solution. It must not throw. */
  readonly onSolved?: ((event: DevnetEvent) => void) | undefined;
  /** Microseconds since the POSIX epoch. Default: the wall clock. */
  readonly nowMicros?: (() => bigint) | undefined;
  /** 0 <= n < 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** What became of a solution. The first three are answered alike: 200. */
export type DevnetEvent =
  | {
      readonly kind: 'extended';
      readonly chain: number;
      readonly height: number;
      /** Block hash in hex. */
      readonly hash: string;
    }
  | { readonly kind: 'orphaned'; readonly chain: number; readonly height: number }
  | {
      readonly kind: 'dropped';
      readonly chain: number;
      readonly height: number;
      readonly reason: string;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** The longest that `setTimeout` waits. */
const MOST_MS = 0x7fff_ffff;
const SHORTEST_WINDOW = 30;

/**
 * Starts a node for development: the mining API of chainweb-node on real rules, in this process.
 *
 * @returns when it listens
 * @throws {@link PowError} `POW_ARGUMENT`; `dataFile` that is damaged included; what the
 *   socket or the file throws (`EADDRINUSE`)
 */
export async function openDevnet(options: DevnetOptions = {}): Promise<Devnet> {
  const devnet = new Devnet(options);
  try {
    await devnet.listen();
  } catch (error) {
    await devnet.close();
    throw error;
  }
  return devnet;
}

/** Made by {@link openDevnet}. */
export class Devnet {
  readonly #options: DevnetOptions;
  readonly #coordination: Coordination;
  readonly #faults = new FaultSwitches();
  readonly #streams: UpdateStreams;
  readonly #server: Server;
  #refreshing: NodeJS.Timeout | null = null;
  #journal: Journal | null = null;
  #cutBytes = 0;

  /** Prefer {@link openDevnet}: this one does not listen yet. */
  constructor(options: DevnetOptions) {
    requireObject(options, 'options');
    this.#options = options;
    const { nowMicros = wallClock(), random = Math.random, onSolved } = options;
    const rules = rulesOf(options);
    this.#coordination = new Coordination({
      rules,
      nowMicros,
      random,
      miners: options.miners ?? null,
      keep: ({ bytes }) => this.#journal?.append(bytes),
      headersKept: requireInteger(options.headersKept ?? 1000, 2, 1e6, 'headersKept'),
      requestLimit: requireInteger(options.requestLimit ?? 1200, 0, 1e6, 'requestLimit'),
    });
    this.#streams = new UpdateStreams(this.#coordination, {
      random,
      limit: requireInteger(options.updateStreamLimit ?? 2000, 0, 1e6, 'updateStreamLimit'),
      timeoutMs: duration(options.updateStreamTimeoutMs ?? 240_000, 1, 'updateStreamTimeoutMs'),
    });
    const tellSolved = (answer: SolvedAnswer) => onSolved?.(eventOf(answer));
    this.#server = createApiServer({
      context: { coordination: this.#coordination, tellSolved },
      streams: this.#streams,
      faults: this.#faults,
      tls: options.tls ?? null,
      nowMicros,
    });
  }

  /** Where it listens: `http://127.0.0.1:1848`. */
  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    const host = family === 'IPv6' ? `[${address}]` : address;
    return `${this.#options.tls === undefined ? 'http' : 'https'}://${host}:${port}`;
  }

  /** Newest height of each chain. */
  get heights(): readonly number[] {
    return this.#coordination.chains.cut.map(({ head }) => Number(head.header.height));
  }

  /** Bytes at the end of `dataFile` that were no whole block, and were cut off at the start. */
  get cutBytes(): number {
    return this.#cutBytes;
  }

  async listen(): Promise<void> {
    const { host = '127.0.0.1', port = 1848, refreshEveryMs = 0, dataFile } = this.#options;
    requireInteger(port, 0, 65_535, 'port');
    duration(refreshEveryMs, 0, 'refreshEveryMs');
    if (dataFile !== undefined) {
      this.#journal = new Journal(dataFile);
      this.#journal.replay(this.#coordination.chains);
    }
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.removeListener('error', reject);
        resolve();
      });
    });
    // Only now: a node that cannot start leaves the file as it is.
    this.#cutBytes = this.#journal?.begin() ?? 0;
    if (refreshEveryMs > 0) {
      this.#refreshing = setInterval(() => this.refresh(), refreshEveryMs).unref();
    }
  }

  /** New transactions on a chain, or on all: work for the same parent, and an event about it. */
  refresh(chain?: number): void {
    const all = this.#coordination.chains.rules.graph.keys();
    for (const each of chain === undefined ? all : [chain]) this.#coordination.refresh(each);
  }

  /** Makes requests fail from now on; `null`: no more. Streams that are open fail along. */
  setFault(place: FaultPlace, fault: Fault | null): void {
    this.#faults.set(place, fault);
    if (place !== 'updates' && place !== 'all') return;
    if (fault?.kind === 'silent') this.#streams.disturb('mute');
    if (fault?.kind === 'closed') this.#streams.disturb('end');
    if (fault?.kind === 'drop') this.#streams.disturb('destroy');
  }

  /** Ends every stream and connection, and frees the port. */
  async close(): Promise<void> {
    if (this.#refreshing !== null) clearInterval(this.#refreshing);
    this.#streams.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    this.#journal?.close();
    this.#journal = null;
  }
}

function rulesOf(options: DevnetOptions): Rules {
  const { chains = 20, window = SHORTEST_WINDOW, difficulty = 100_000 } = options;
  const graph = CHAIN_GRAPHS[chains];
  if (graph === undefined) throw badArgument('chains', '10 or 20', chains);
  if (window !== 0) requireInteger(window, SHORTEST_WINDOW, 1e6, 'window');
  return {
    graph,
    version: chainwebVersionCode('development'),
    genesisTarget: Target.fromDifficulty(difficulty, 'chainweb').toBigInt(),
    blockDelayMicros: BigInt(duration(options.blockDelayMs ?? 2000, 1, 'blockDelayMs')) * 1000n,
    window,
    proofOfWork: options.proofOfWork ?? true,
  };
}

function duration(value: number, least: number, argument: string): number {
  return requireInteger(value, least, MOST_MS / 2, argument);
}

function eventOf(answer: SolvedAnswer): DevnetEvent {
  switch (answer.kind) {
    case 'taken': {
      const { fate, header } = answer;
      const at = { chain: header.chain, height: Number(header.height) };
      if (fate.kind === 'extended') {
        return { kind: 'extended', ...at, hash: hashKey(fate.block.header.blockHash) };
      }
      return fate.kind === 'dropped'
        ? { kind: 'dropped', ...at, reason: fate.reason }
        : { kind: 'orphaned', ...at };
    }
    case 'no-payload':
      return { kind: 'refused', reason: 'No associated Payload' };
    default:
      return { kind: 'refused', reason: answer.detail };
  }
}
