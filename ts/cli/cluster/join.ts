/** Where a cluster is joined, and as whom: settings made into what a queue is opened with. */

import { readFileSync, statSync } from 'node:fs';
import { joinNats } from '../../cluster/nats/client.js';
import type { Capabilities, NodeInfo, WorkerQueue } from '../../cluster/queue.js';
import { joinMaster } from '../../cluster/tcp/client.js';
import type { MasterAddress, WorkerSecurity } from '../../cluster/tcp/options.js';
import type { QueueAddress } from '../../cluster/worker/options.js';
import { isLoopback } from '../../core/loopback.js';
import { DEFAULT_PORT } from '../../workers/cluster/options.js';
import type { Settings } from '../config/schema.js';
import { UsageError, underFlag } from '../exit.js';
import { messageOf } from '../message-of.js';
import type { Notice } from '../run/tables.js';

export type JoinAddress = Extract<QueueAddress, { readonly adapter: 'tcp' | 'nats' }>;
export type JoinSettings = Pick<
  Settings['cluster'],
  'name' | 'cluster' | 'nkeyFile' | 'tlsKey' | 'tlsCert' | 'tlsCa' | 'keyFile'
>;

/** Settings that say where and how, by path: flags of every command that joins. */
export const JOIN_SETTINGS: readonly string[] = [
  ...['cluster.join', 'cluster.keyFile', 'cluster.tlsKey', 'cluster.tlsCert', 'cluster.tlsCa'],
  ...['cluster.name', 'cluster.nkeyFile', 'cluster.cluster'],
];

const FORMS = 'tcp://HOST:PORT, nats://HOST:PORT or tls://HOST:PORT';

/** @throws UsageError */
export function joinAddress(
  urls: readonly string[] | undefined,
  settings: JoinSettings,
  flag = '--join',
): JoinAddress {
  if (urls === undefined) throw new UsageError(flag, `not specified: expected ${FORMS}`);
  const { name } = settings;
  if (urls.every((url) => /^tcp:\/\//i.test(url))) {
    const seeds = urls.map((url) => seedOf(url, flag));
    const security = securityOf(settings, seeds);
    const ofKey = security.kind === 'psk' ? security.identity : undefined;
    return { adapter: 'tcp', seeds, security, name: name ?? ofKey };
  }
  if (!urls.every((url) => /^(nats|tls):\/\/./i.test(url))) {
    throw new UsageError(flag, `expected ${FORMS}, all of one kind, got ${urls.join(', ')}`);
  }
  const { cluster, nkeyFile, tlsKey, tlsCert, tlsCa } = settings;
  const key = readText(tlsKey, '--cluster-tls-key');
  const cert = readText(tlsCert, '--cluster-tls-cert');
  const ca = readText(tlsCa, '--cluster-tls-ca');
  const hasTls = key !== undefined || cert !== undefined || ca !== undefined;
  const seed = readSecret(nkeyFile, '--cluster-nkey')?.trim();
  const tls = hasTls ? { key, cert, ca } : undefined;
  return { adapter: 'nats', servers: urls, cluster, name, seed, tls };
}

export interface JoinHow {
  readonly role: NodeInfo['role'];
  readonly capabilities: Capabilities;
  onNotice(notice: Notice): void;
}

/** @throws UsageError */
export function openJoined(address: JoinAddress, how: JoinHow): WorkerQueue {
  try {
    const { adapter, ...rest } = address;
    if (adapter === 'nats') return joinNats({ ...(rest as typeof address), ...how });
    return joinMaster({ ...(rest as Extract<JoinAddress, { adapter: 'tcp' }>), ...how });
  } catch (error) {
    throw joinError(error);
  }
}

/** The error for what a queue does not take, under the name of its flag. */
export function joinError(error: unknown): unknown {
  return underFlag(error, {
    ...{ seeds: '--join', servers: '--join', name: '--cluster-name', cluster: '--cluster-subject' },
    ...{ seed: '--cluster-nkey', 'security.secret': '--cluster-key' },
    ...{ 'security.identity': '--cluster-key', 'security.cert': '--cluster-tls-cert' },
    ...{ 'security.key': '--cluster-tls-key', 'security.ca': '--cluster-tls-ca' },
  });
}

/** @throws UsageError for what other machines cannot connect to */
export function reachableHost(host: string | undefined): string {
  if (host !== undefined && !/^[*!]|^(0\.0\.0\.0|::)$/.test(host)) return host;
  throw new UsageError('--cluster-interface', 'expected: where other nodes reach this one');
}

/** @throws UsageError */
export function seedOf(url: string, flag: string, defaultPort = DEFAULT_PORT): MasterAddress {
  const [, host = '', bracketed = '', port] =
    /^tcp:\/\/(?:([^\s/:[\]]+)|\[([\da-f:.]+)\])(?::(\d{1,5}))?\/?$/i.exec(url) ?? [];
  const address = { host: host || bracketed, port: Number(port ?? defaultPort) };
  if (address.host !== '' && address.port > 0 && address.port <= 65_535) return address;
  throw new UsageError(flag, `expected tcp://HOST:PORT, got ${url}`);
}

function securityOf(settings: JoinSettings, seeds: readonly MasterAddress[]): WorkerSecurity {
  const { keyFile, tlsKey, tlsCert, tlsCa } = settings;
  const key = readText(tlsKey, '--cluster-tls-key');
  const cert = readText(tlsCert, '--cluster-tls-cert');
  const ca = readText(tlsCa, '--cluster-tls-ca');
  if (keyFile !== undefined) {
    if (key === undefined && cert === undefined) return keyOf(keyFile);
    throw new UsageError('--cluster-key', 'expected a key or a certificate, not both');
  }
  if (key !== undefined && cert !== undefined && ca !== undefined) {
    return { kind: 'mtls', key, cert, ca };
  }
  for (const [flag, text] of Object.entries({ key, cert, ca })) {
    if (text !== undefined || (key ?? cert ?? ca) === undefined) continue;
    throw new UsageError(`--cluster-tls-${flag}`, 'expected beside the other two PEM files');
  }
  const foreign = seeds.find(({ host }) => host !== 'localhost' && !isLoopback(host));
  if (foreign === undefined) return { kind: 'plain' };
  const why = `a key or a certificate is needed where ${foreign.host} is another machine`;
  throw new UsageError('--cluster-key', why);
}

/** A key as `pow-native cluster key add` writes it: `NAME:SECRET`. */
function keyOf(path: string): WorkerSecurity {
  const flag = '--cluster-key';
  const text = readSecret(path, flag) ?? '';
  const [, identity, secret] = /^([\w.-]{1,64}):([\da-f]{64})\s*$/.exec(text) ?? [];
  if (identity === undefined || secret === undefined) {
    throw new UsageError(
      flag,
      `expected a file that pow-native cluster key add wrote, got ${path}`,
    );
  }
  return { kind: 'psk', identity, secret };
}

/** A file that its owner alone may read. */
function readSecret(path: string | undefined, flag: string): string | undefined {
  const text = readText(path, flag);
  if (path === undefined || process.platform === 'win32') return text;
  if ((statSync(path).mode & 0o077) === 0) return text;
  throw new UsageError(flag, `others may read ${path}: its mode must be 0600`);
}

function readText(path: string | undefined, flag: string): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(flag, messageOf(error));
  }
}
