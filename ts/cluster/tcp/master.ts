/** The embedded adapter, master's end: a port, a record, and leases given from it. */

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { requireHex, requireInteger, requireObject, requireOneOf } from '../../core/arguments.js';
import { printable } from '../../core/printable.js';
import { PowError } from '../../errors.js';
import { type Clock, monotonicClock } from '../../miner/clock.js';
import type {
  CancelReason,
  ClusterStatus,
  Guarantees,
  QueueEvent,
  WorkId,
  WorkSpace,
  WorkSpec,
} from '../queue.js';
import type { Effect } from '../record/decisions.js';
import { Keeper } from '../record/keeper.js';
import { MOST_EPOCH } from '../statement.js';
import { Trust } from '../trust/trust.js';
import { encodePayload } from '../wire/frame.js';
import { WireError } from '../wire/wire-error.js';
import { requireAddress, requireThisMachine } from './address.js';
import { Crowd } from './crowd.js';
import { Door } from './door.js';
import { WatchedKeys } from './keys.js';
import { MOST_SPEC_MESSAGE_BYTES, TCP_LIMITS, type TcpLimits } from './limits.js';
import { Listener } from './listener.js';
import type { MasterAddress, TcpMaster, TcpMasterOptions } from './options.js';
import { serverTls } from './tls.js';

/** Whoever has not taken his goodbye by then is cut off. */
const CLOSE_MS = 1_500;

/**
 * Opens the record and listens.
 *
 * @returns rejects with `POW_ARGUMENT`, or `POW_WORKER` when the record or the port cannot be had
 */
export async function openMaster(options: TcpMasterOptions): Promise<TcpMaster> {
  const master = new EmbeddedMaster(settingsOf(options));
  try {
    await master.open();
  } catch (error) {
    await master.close();
    throw error;
  }
  return master;
}

interface Settings {
  readonly options: TcpMasterOptions;
  readonly address: MasterAddress;
  readonly master: { readonly id: string; readonly name: string };
  readonly limits: TcpLimits;
  readonly clock: Clock;
}

class EmbeddedMaster implements TcpMaster {
  readonly guarantees: Guarantees;
  readonly #settings: Settings;
  readonly #trust: Trust;
  readonly #crowd: Crowd;
  #keeper: Keeper | null = null;
  #keys: WatchedKeys | null = null;
  #listener: Listener | null = null;
  #refused = 0;
  #cancelRefused: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  constructor(settings: Settings) {
    const { options, limits, clock, master } = settings;
    const { proofOfScanning = true, random = Math.random, journalFile } = options;
    this.#settings = settings;
    this.#trust = new Trust({
      isProved: proofOfScanning,
      random,
      proved: (key, worker, reason) => this.#keeper?.distrust(key, worker, reason),
      failed: (error) => this.#notice('warn', `a re-scan failed: ${messageOf(error)}`),
    });
    this.#crowd = new Crowd({
      ...{ master, limits, clock, chunks: options.chunks ?? null },
      status: () => this.status(),
      outranked: (epoch) => this.#outranked(epoch),
      onEvent: (event) => this.#happened(event),
    });
    this.guarantees = {
      durable: journalFile === undefined ? 'memory' : 'power-loss',
      outlivesMaster: journalFile !== undefined,
      mostMessageBytes: MOST_SPEC_MESSAGE_BYTES,
    };
  }

  async open(): Promise<void> {
    const { options, address, limits, clock } = this.#settings;
    const { security, journalFile, fixedNonces, epochAbove } = options;
    const { suspectMs, deadMs, graceMs } = limits;
    if (security.kind === 'psk') this.#keys = this.#watch(security.keysFile);
    const tls = serverTls(security, (identity) => this.#keys?.secretOf(identity) ?? null);
    this.#keeper = await Keeper.open({
      ...{ journalFile, clock, referee: this.#trust.referee, conduct: this.#trust.conduct },
      rules: { fixedNonces, suspectMs, deadMs, graceMs },
      ...(epochAbove === undefined
        ? {}
        : { epoch: async (above: number) => Math.max(above, epochAbove) + 1 }),
      perform: (effect) => this.#perform(effect),
    });
    this.#crowd.keeper = this.#keeper;
    this.#listener = await Listener.open({
      ...{ address, tls, limits, clock, door: new Door(limits, clock.now()) },
      onPeer: (socket, arrival) => this.#crowd.enter(socket, arrival),
      onRefused: (from, why) => this.#turnedAway(from, why),
    });
  }

  get host(): string {
    return this.#settings.address.host;
  }

  get port(): number {
    return this.#listener?.port ?? 0;
  }

  get epoch(): number {
    return this.#record.epoch;
  }

  async publish(spec: WorkSpec, space: WorkSpace): Promise<void> {
    requireTellable(spec);
    await this.#record.publish(spec, space);
  }

  cancel(work: WorkId, reason: CancelReason): Promise<{ readonly purged: number }> {
    return this.#record.cancel(work, reason);
  }

  status(): ClusterStatus {
    const { master, clock } = this.#settings;
    const { view, epoch } = this.#record;
    return { master: master.name, adapter: 'tcp', epoch, ...view.status(clock.now()) };
  }

  chunkHosts(root: string) {
    return this.#crowd.holders(root);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#cancelRefused?.();
    this.#listener?.stop();
    this.#keys?.close();
    await this.#crowd.close('the master ends', CLOSE_MS);
    await this.#trust.close();
    await this.#keeper?.close();
  }

  get #record(): Keeper {
    if (this.#keeper === null) throw new Error('not open');
    return this.#keeper;
  }

  #watch(file: string): WatchedKeys {
    return new WatchedKeys(file, this.#settings.clock, {
      onChange: () => {
        const isRevoked = (name: string, secret: Buffer | null) =>
          secret !== null && this.#keys?.has(name, secret) === false;
        this.#crowd.dismiss('the key was revoked', ({ arrival: { principal } }) =>
          isRevoked(principal.name, principal.secret),
        );
      },
      onUnreadable: (error) => this.#notice('warn', messageOf(error)),
    });
  }

  #perform(effect: Effect): void {
    if (effect.kind === 'scanned') this.#trust.look(effect.scanned);
    else this.#crowd.perform(effect);
  }

  #happened(event: QueueEvent): void {
    this.#settings.options.onEvent?.(event);
    // What cannot be kept is not acknowledged, and nobody is to work for nothing.
    if (event.kind === 'failed') this.#giveUp('the master cannot keep its record');
  }

  /** Only a master that was elected steps down: another one has no successor. */
  #outranked(epoch: number): void {
    if (this.#settings.options.epochAbove === undefined) return;
    this.#settings.options.onEvent?.({ kind: 'deposed', epoch });
    this.#giveUp(`a master of epoch ${epoch} was seen`);
  }

  #giveUp(reason: string): void {
    this.#listener?.stop();
    this.#crowd.dismiss(reason);
  }

  /** Whoever is turned away a thousand times a second does not fill the log. */
  #turnedAway(address: string, why: string): void {
    this.#refused += 1;
    if (this.#cancelRefused !== null || this.#closing !== null) return;
    this.#notice('info', `a connection of ${address} came to nothing: ${why}`);
    const { clock } = this.#settings;
    this.#cancelRefused = clock.after(REFUSALS_MS, () => {
      this.#cancelRefused = null;
      const more = this.#refused - 1;
      this.#refused = 0;
      if (more > 0) this.#notice('info', `${more} more connections came to nothing`);
    });
  }

  #notice(level: 'debug' | 'info' | 'warn', text: string): void {
    this.#settings.options.onEvent?.({ kind: 'notice', level, text: printable(text) });
  }
}

const REFUSALS_MS = 1_000;
const ID_BYTES = 16;

/** What no message can hold would end the connection of every worker it is lent to. */
function requireTellable(spec: WorkSpec): void {
  try {
    encodePayload({ kind: 'work', spec });
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new PowError('POW_WORKER', `the work cannot be sent: ${cause.message}`, { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function settingsOf(options: TcpMasterOptions): Settings {
  requireObject(options, 'options');
  requireObject(options.security, 'security');
  requireOneOf(options.security.kind, ['psk', 'mtls', 'plain'], 'security.kind');
  const address = { host: '127.0.0.1', port: 0, ...options.listen };
  requireAddress(address, 0, 'listen');
  if (options.security.kind === 'plain') requireThisMachine(address, 'listen');
  const { id = randomBytes(ID_BYTES).toString('hex'), name = hostname() } = options;
  requireHex(id, 2 * ID_BYTES, 2 * ID_BYTES, 'id');
  if (options.epochAbove !== undefined) {
    requireInteger(options.epochAbove, 0, MOST_EPOCH, 'epochAbove');
  }
  return {
    ...{ options, address, master: { id, name } },
    limits: { ...TCP_LIMITS, ...options.limits },
    clock: options.clock ?? monotonicClock,
  };
}
