/** The options of the worker, as flags and files have them, made into those of a queue. */

import { createHash } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import { RelayHost } from '../../cluster/datasets/relay.js';
import { openNatsMaster } from '../../cluster/nats/master.js';
import type { NatsMasterOptions } from '../../cluster/nats/options.js';
import type { MasterQueue, QueueEvent } from '../../cluster/queue.js';
import { openMaster } from '../../cluster/tcp/master.js';
import type { MasterSecurity, TcpMaster, TcpMasterOptions } from '../../cluster/tcp/options.js';
import { badArgument, requireInteger, requireObject, requireOneOf } from '../../core/arguments.js';
import { PowError } from '../../errors.js';
import { listenHost, pemOf, requirePath, secretOf } from '../option-values.js';
import type { WorkerHow } from '../row.js';
import type { MasterDataset } from './dataset.js';

export interface ClusterWorkerOptions {
  /** Who carries the messages: `tcp` (default), this process itself; `nats`, a NATS server. */
  readonly adapter?: 'tcp' | 'nats' | undefined;
  /** With `tcp`: where it listens. Default: this machine alone; with keys, `*` for everywhere. */
  readonly host?: string | undefined;
  /** With `tcp`: 0 takes any that is free. Default: 1920. */
  readonly port?: number | undefined;
  /** With `tcp`: the file of the workers' keys. */
  readonly keysFile?: string | undefined;
  /** PEM files: with `tcp`, certificates instead of keys; with `nats`, TLS to its servers. */
  readonly tlsKey?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsCa?: string | undefined;
  /** Where the record is kept. Default: in memory, and a restart forgets it. */
  readonly journalFile?: string | undefined;
  /** With `nats`: `nats://HOST:PORT` or `tls://HOST:PORT`, of one cluster of servers. */
  readonly servers?: readonly string[] | undefined;
  /** With `nats`: file with the seed of an nkey. */
  readonly nkeyFile?: string | undefined;
  /** With `nats`: first word of every subject, so that clusters can share a server (`pow`). */
  readonly cluster?: string | undefined;
  /** Of this master, for people. Default: that of the machine. */
  readonly name?: string | undefined;
  /** Nonces of every unit. Default: about two seconds of the worker that gets it. */
  readonly unitNonces?: number | undefined;
  /** `false`: workers are believed. Default: shares are counted, and parts hashed again. */
  readonly proof?: boolean | undefined;
  /** A file that workers need before they hash. Default: none. */
  readonly datasetFile?: string | undefined;
  /** Where datasets are kept in parts that are checked. Needed beside `datasetFile`. */
  readonly datasetFolder?: string | undefined;
}

/** What a queue is opened with besides the options. */
export interface QueueHow extends WorkerHow {
  readonly onEvent: (event: QueueEvent) => void;
  /** Of a master that was elected: higher than every epoch seen anywhere. */
  readonly epochAbove?: number | undefined;
  readonly id?: string | undefined;
  /** With `nats`, while another master leads: `refuse` (default), or `wait` until it is gone. */
  readonly otherMaster?: 'refuse' | 'wait' | undefined;
  /** Gives up waiting. */
  readonly signal?: AbortSignal | undefined;
  /** What every work needs; `null`: nothing. */
  readonly dataset?: MasterDataset | null | undefined;
}

export const DEFAULT_PORT = 1920;
const MOST_SERVERS = 64;
const PATHS = ['keysFile', 'journalFile', 'nkeyFile', 'datasetFile', 'datasetFolder'] as const;
const NAME = /^[\w.-]{1,64}$/;

/** Rejects with `POW_ARGUMENT`, or `POW_WORKER` when the record, the port or the server cannot be had. */
export async function openQueue(
  options: ClusterWorkerOptions,
  how: QueueHow,
): Promise<MasterQueue> {
  requireOptions(options);
  return options.adapter === 'nats' ? openNats(options, how) : openTcp(options, how);
}

async function openTcp(options: ClusterWorkerOptions, how: QueueHow): Promise<MasterQueue> {
  const { keysFile } = options;
  const certified = certificates(options, ['tlsKey', 'tlsCert', 'tlsCa']);
  if (keysFile !== undefined && certified !== null) {
    throw new PowError('POW_ARGUMENT', 'keysFile and certificates exclude each other', {
      argument: 'keysFile',
    });
  }
  const security: MasterSecurity =
    keysFile !== undefined
      ? { kind: 'psk', keysFile }
      : certified !== null
        ? { kind: 'mtls', ...certified }
        : { kind: 'plain' };
  const host = listenHost(options.host ?? (security.kind === 'plain' ? '127.0.0.1' : '*'));
  let master: TcpMaster | null = null;
  const chunks = how.dataset?.cache ?? null;
  const asked: TcpMasterOptions = {
    ...common(options, how),
    listen: { host: host ?? everywhere(), port: options.port ?? DEFAULT_PORT },
    // What it lacks itself it has from workers.
    ...{ security, chunks: new RelayHost(chunks, (root) => master?.chunkHosts(root) ?? []) },
  };
  master = await openMaster(asked);
  const shown = options.host ?? host ?? '*';
  const text = `workers join at tcp://${shown}:${master.port}`;
  how.onNotice?.({ level: 'info', text });
  return master;
}

async function openNats(options: ClusterWorkerOptions, how: QueueHow): Promise<MasterQueue> {
  const { servers = [], nkeyFile, cluster } = options;
  if (servers.length === 0) throw badArgument('servers', 'nats://HOST:PORT', servers);
  const tls = certificates(options, ['tlsKey', 'tlsCert']);
  const ca = pemOf(options.tlsCa, 'tlsCa');
  const asked: NatsMasterOptions = {
    ...common(options, how),
    ...{ servers, cluster, otherMaster: how.otherMaster, signal: how.signal },
    ...(how.dataset ? { dataset: { root: how.dataset.root, from: how.dataset.cache } } : {}),
    // With a key the id is made of it: the server lets no other one in.
    ...(nkeyFile === undefined
      ? {}
      : { seed: secretOf(nkeyFile, 'nkeyFile').trim(), id: undefined }),
    ...(tls === null && ca === null ? {} : { tls: { ...tls, ca: ca ?? undefined } }),
  };
  const master = await openNatsMaster(asked);
  how.onNotice?.({ level: 'info', text: `workers join by NATS, at ${servers.join(', ')}` });
  return master;
}

function common(options: ClusterWorkerOptions, how: QueueHow) {
  const { journalFile, name, unitNonces, proof } = options;
  return {
    ...{ journalFile, name, proofOfScanning: proof ?? true },
    id: how.id ?? (journalFile === undefined ? undefined : idOf(journalFile)),
    ...(unitNonces === undefined ? {} : { fixedNonces: BigInt(unitNonces) }),
    ...{ epochAbove: how.epochAbove, onEvent: how.onEvent, clock: how.clock },
  };
}

/** A master that starts again on its journal is the same one. */
function idOf(journalFile: string): string {
  const place = `${hostname()} ${resolve(journalFile)}`;
  return createHash('sha256').update(place).digest('hex').slice(0, 32);
}

function certificates<Name extends 'tlsKey' | 'tlsCert' | 'tlsCa'>(
  options: ClusterWorkerOptions,
  names: readonly Name[],
): { readonly key: string; readonly cert: string; readonly ca: string } | null {
  const texts = names.map((name) => pemOf(options[name], name));
  if (texts.every((text) => text === null)) return null;
  const missing = names[texts.indexOf(null)];
  if (missing !== undefined) throw badArgument(missing, 'the path of a PEM file', undefined);
  const [key = '', cert = '', ca = ''] = texts as string[];
  return { key, cert, ca };
}

/** One socket for both kinds of address, where the machine has both. */
function everywhere(): string {
  const addresses = Object.values(networkInterfaces()).flat();
  return addresses.some((address) => address?.family === 'IPv6') ? '::' : '0.0.0.0';
}

/** Every option is checked, also one that the adapter does not use. */
export function requireOptions(options: ClusterWorkerOptions): void {
  requireObject(options, 'options');
  const { adapter = 'tcp', host, port, servers, cluster, name, unitNonces, proof } = options;
  requireOneOf(adapter, ['tcp', 'nats'], 'adapter');
  if (host !== undefined) listenHost(host);
  if (port !== undefined) requireInteger(port, 0, 65_535, 'port');
  for (const path of PATHS) {
    if (options[path] !== undefined) requirePath(options[path], path);
  }
  for (const path of ['tlsKey', 'tlsCert', 'tlsCa'] as const) pemOf(options[path], path);
  if (servers !== undefined) requireServers(servers);
  for (const [argument, value] of Object.entries({ cluster, name })) {
    if (value === undefined || (typeof value === 'string' && NAME.test(value))) continue;
    throw badArgument(argument, '1 to 64 letters, digits, dots, _ and -', value);
  }
  if (unitNonces !== undefined) {
    requireInteger(unitNonces, 1, Number.MAX_SAFE_INTEGER, 'unitNonces');
  }
  if (proof !== undefined && typeof proof !== 'boolean') {
    throw badArgument('proof', 'true or false', proof);
  }
}

function requireServers(servers: unknown): void {
  const isList = Array.isArray(servers) && servers.length <= MOST_SERVERS;
  const isServer = (url: unknown) => typeof url === 'string' && /^(nats|tls):\/\/\S+$/.test(url);
  if (isList && servers.every(isServer)) return;
  throw badArgument('servers', 'a list of nats://HOST:PORT or tls://HOST:PORT', servers);
}
