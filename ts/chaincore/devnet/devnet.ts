/** The development node: one object, one port. */

import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { badArgument, requireInteger, requireObject } from '../../core/arguments.js';
import { PowError } from '../../errors.js';
import type { JsonValue } from '../codec.js';
import { type DifficultyRule, DifficultySchedule } from '../difficulty.js';
import type { ApiNode } from './api/routes.js';
import type { Block } from './block.js';
import type { Fate } from './chain.js';
import { Journal } from './journal.js';
import { NodeState } from './node-state.js';
import { Peers } from './peers.js';
import { createApiServer } from './server.js';

export interface ChaincoreDevnetOptions {
  /** Default: loopback, `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default 5000; 0: any that is free. */
  readonly port?: number | undefined;
  /** `http://HOST:PORT` of other nodes: blocks are exchanged with them. Default: none. */
  readonly peers?: readonly string[] | undefined;
  /** Whether a node that has no active peer may be mined on, as ChainCore's may not. Default `true`. */
  readonly mineAlone?: boolean | undefined;
  /** How difficulty is adjusted. Nodes that exchange blocks must have the same. Default: `DEFAULT_RULE`. */
  readonly rule?: Partial<DifficultyRule> | undefined;
  /** A JSON file with the rule, read again by `/config/refresh`; instead of `rule`. */
  readonly ruleFile?: string | undefined;
  /** What a block pays beside its fees, in whole coins. Default 50. */
  readonly reward?: number | undefined;
  /**
   * Blocks are kept in this file, on the disk before they are answered, and taken in again at the
   * next start. One node at a time: a file beside it, named `.lock`, says which process has it. Default: nothing is kept.
   */
  readonly dataFile?: string | undefined;
  /** Requests that one address may make in a second; 0: no limit. Default 1000. */
  readonly requestsPerSecond?: number | undefined;
  /** How often a peer is asked for its newest block. Default 1000. */
  readonly syncMs?: number | undefined;
  /** Called for everything that happens to the chain. It must not throw. */
  readonly onEvent?: ((event: ChaincoreDevnetEvent) => void) | undefined;
  /** Seconds since the POSIX epoch. Default: the wall clock. */
  readonly nowSeconds?: (() => number) | undefined;
}

export type ChaincoreDevnetEvent =
  | {
      readonly kind: 'extended' | 'side';
      readonly index: number;
      readonly difficulty: number;
      readonly hash: string;
    }
  | {
      readonly kind: 'reorganised';
      readonly index: number;
      readonly difficulty: number;
      readonly hash: string;
      /** Blocks that left the chain. */
      readonly left: number;
    }
  | { readonly kind: 'refused' | 'failed' | 'reloaded' | 'kept'; readonly reason: string };

const UNITS = 100_000_000n;
const MOST_REWARD = 1_000_000;
const LONGEST_MS = 3_600_000;

/**
 * Starts a ChainCore node for development: the mining side of its API on real rules, in this process.
 * Unlike the real one it computes every hash again.
 *
 * @returns when it listens
 * @throws {@link PowError} `POW_ARGUMENT`; a `dataFile` or `ruleFile` that is damaged included; what
 *   the socket or the file throws (`EADDRINUSE`)
 */
export async function openChaincoreDevnet(
  options: ChaincoreDevnetOptions = {},
): Promise<ChaincoreDevnet> {
  const node = new ChaincoreDevnet(options);
  try {
    await node.listen();
  } catch (error) {
    await node.close();
    throw error;
  }
  return node;
}

/** Made by {@link openChaincoreDevnet}. */
export class ChaincoreDevnet {
  readonly #options: ChaincoreDevnetOptions;
  /** As given at the start. */
  readonly #rule: DifficultyRule;
  readonly #state: NodeState;
  readonly #server: Server;
  readonly #startMs = performance.now();
  #peers: Peers | null = null;
  #journal: Journal | null = null;

  /** Prefer {@link openChaincoreDevnet}: this one does not listen yet. */
  constructor(options: ChaincoreDevnetOptions) {
    requireObject(options, 'options');
    this.#options = options;
    const { rule = {}, ruleFile, nowSeconds = () => Date.now() / 1000 } = options;
    const reward = requireInteger(options.reward ?? 50, 0, MOST_REWARD, 'reward');
    const schedule = DifficultySchedule.of(ruleFile === undefined ? rule : readRule(ruleFile));
    this.#rule = schedule.rule;
    this.#state = new NodeState({
      ...{ reward: BigInt(reward) * UNITS, schedule },
      nowSeconds,
      keep: (fact) => this.#journal?.append(fact),
    });
    const rate = requireInteger(options.requestsPerSecond ?? 1000, 0, 1e6, 'requestsPerSecond');
    this.#server = createApiServer({ state: this.#state, node: this.#apiNode() }, rate);
  }

  /** Where it listens: `http://127.0.0.1:5000`. */
  get url(): string {
    const { address, family, port } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Blocks of the chain, genesis included. */
  get length(): number {
    return this.#state.chain.length;
  }

  /** Hash of the newest block. */
  get tip(): string {
    return this.#state.chain.tip.hash;
  }

  async listen(): Promise<void> {
    const { host = '127.0.0.1', port = 5000, peers = [], syncMs = 1000 } = this.#options;
    const { dataFile } = this.#options;
    requireInteger(port, 0, 65_535, 'port');
    requireInteger(syncMs, 1, LONGEST_MS, 'syncMs');
    if (dataFile !== undefined) {
      this.#journal = new Journal(dataFile);
      this.#journal.replay(this.#state);
    }
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.removeListener('error', reject);
        resolve();
      });
    });
    // Only now: a node that is still running on the same port has the file in hand.
    this.#journal?.begin();
    this.#keepRule();
    this.#peers = new Peers({
      ...{ urls: peers, state: this.#state, syncMs },
      onBlock: (json) => this.#fetched(json),
    });
  }

  /** Reads the rule file again. A bad one changes nothing. */
  reloadRule(reason: string): string | null {
    const { ruleFile } = this.#options;
    let refused: string | null;
    try {
      const rule = ruleFile === undefined ? this.#state.chain.schedule.rule : readRule(ruleFile);
      refused = this.#state.changeDifficulty({ kind: 'reload', rule }, reason);
    } catch (error) {
      if (!(error instanceof PowError)) throw error;
      refused = error.message;
    }
    const kept = { kind: 'kept', reason: `the old rule stays: ${refused}` } as const;
    this.#tell(refused === null ? { kind: 'reloaded', reason } : kept);
    return refused;
  }

  /** Ends every connection, and frees the port. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await this.#peers?.close();
    await closed;
    this.#journal?.close();
    this.#journal = null;
  }

  /** The chain in the file goes on by its own rule up to here, and by the one given from here on. */
  #keepRule(): void {
    const rule = this.#rule;
    if (this.#journal?.isNew) this.#journal.append({ kind: 'rule', rule });
    else this.#state.changeDifficulty({ kind: 'reload', rule }, 'the node was started with it');
  }

  #tell(event: ChaincoreDevnetEvent): void {
    this.#options.onEvent?.(event);
  }

  #apiNode(): ApiNode {
    const { mineAlone = true } = this.#options;
    return {
      name: `pow-native-${process.pid}`,
      port: () => (this.#server.address() as AddressInfo).port,
      uptimeSeconds: () => Math.round((performance.now() - this.#startMs) / 1000),
      peers: () => this.#peers?.size ?? 0,
      activePeers: () => this.#peers?.active ?? 0,
      isIsolated: () => !mineAlone && (this.#peers?.active ?? 0) === 0,
      tell: (event) => this.#tell(event),
      submitted: (block, fate) => this.#submitted(block, fate),
      spreadTransaction: (json) => this.#peers?.announceTransaction(json),
      reloadRule: (reason) => this.reloadRule(reason),
    };
  }

  #submitted(block: Block, fate: Fate): void {
    const { index, difficulty, hash } = block;
    const isNew = fate.kind === 'extended' || fate.kind === 'side' || fate.kind === 'reorganised';
    if (isNew) this.#peers?.announceBlock(block.json);
    if (fate.kind === 'extended' || fate.kind === 'side') {
      this.#tell({ kind: fate.kind, index, difficulty, hash });
    } else if (fate.kind === 'reorganised') {
      this.#tell({ kind: fate.kind, index, difficulty, hash, left: fate.left.length });
    } else if (fate.kind === 'invalid') {
      this.#tell({ kind: 'refused', reason: `#${index}: ${fate.reason}` });
    }
  }

  #fetched(json: JsonValue): void {
    const { block, fate } = this.#state.submit(json, 'peer');
    this.#submitted(block, fate);
  }
}

function readRule(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (cause) {
    throw badArgument('ruleFile', 'a file of JSON', (cause as Error).message);
  }
}
