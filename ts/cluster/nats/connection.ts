/**
 * One connection to the servers, made again whenever it is lost. The packages of NATS are loaded
 * here alone, and only when somebody connects.
 */

import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { KV, Kvm } from '@nats-io/kv';
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import { PowError } from '../../errors.js';
import { RETRY_RULE, Retry } from '../../miner/retry.js';
import type { CheckedNode } from './checked-options.js';
import { textOf } from './text-of.js';
import { checkServer } from './version.js';

/** Half of a link that is dead is noticed after two of them. */
const PING_MS = 5_000;
const CONNECT_MS = 5_000;
/** Of one request to the server. */
const REQUEST_MS = 5_000;

/** A connection and what is used of it. */
export interface Nats {
  readonly connection: NatsConnection;
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly kvm: Kvm;
  /** Bytes of one message at most, of which the caller keeps some for itself. */
  readonly mostBytes: number;
  /** Whether there is a link now. */
  readonly isUp: boolean;
  /** Called after every new link but the first. */
  readonly onReconnect: Set<() => void>;
  /** Called for what the server refuses. */
  readonly onRefusal: Set<(text: string) => void>;
  /** A bucket that is there: nothing is asked of the server. */
  bucket(name: string): Promise<KV>;
}

/**
 * Connects once.
 *
 * @returns rejects with `POW_SOURCE`; {@link isRefused} tells whether another try may help
 */
export async function connectNats(node: CheckedNode, signal?: AbortSignal): Promise<Nats> {
  signal?.throwIfAborted();
  const [transport, jetstream, { Kvm }] = await Promise.all([
    import('@nats-io/transport-node'),
    import('@nats-io/jetstream'),
    import('@nats-io/kv'),
  ]);
  const { access, random, clock } = node;
  const retry = new Retry(RETRY_RULE, random);
  const options: ConnectionOptions = {
    servers: [...access.servers],
    name: node.name,
    inboxPrefix: node.names.inbox(node.id),
    maxReconnectAttempts: -1,
    reconnectDelayHandler: () => retry.failed(clock.now()),
    pingInterval: PING_MS,
    maxPingOut: 2,
    timeout: CONNECT_MS,
    noAsyncTraces: true,
    ignoreClusterUpdates: false,
    ...(access.tls === undefined ? {} : { tls: definedOf(access.tls) }),
    ...(access.seed === undefined
      ? {}
      : { authenticator: transport.nkeyAuthenticator(new TextEncoder().encode(access.seed)) }),
    ...(access.user === undefined ? {} : { user: access.user, pass: access.password ?? '' }),
  };
  const connection = await transport.connect(options).catch((error: unknown) => {
    throw failureOf(error);
  });
  try {
    checkServer(connection.info);
  } catch (error) {
    await connection.close();
    throw error;
  }
  const js = jetstream.jetstream(connection, { timeout: REQUEST_MS, checkAPI: false });
  const kvm = new Kvm(js);
  const state = { isUp: true };
  const nats: Nats = {
    ...{ connection, js, kvm, jsm: await js.jetstreamManager(false) },
    mostBytes: connection.info?.max_payload ?? 0,
    get isUp() {
      return state.isUp && !connection.isClosed();
    },
    onReconnect: new Set(),
    onRefusal: new Set(),
    bucket: (name) => kvm.open(name, { bindOnly: true, allow_direct: true }),
  };
  void follow(nats, state, retry);
  return nats;
}

/** A try that would fail again: the server knows us, and says no. */
export function isRefused(error: unknown): boolean {
  return error instanceof PowError && error.code === 'POW_SOURCE' && REFUSED.has(error);
}

const REFUSED = new WeakSet<PowError>();

function failureOf(error: unknown): PowError {
  const text = textOf(error);
  const failure = new PowError('POW_SOURCE', `NATS: ${text}`, { cause: error });
  if (/authorization|authentication|nkey|certificate/i.test(`${nameOf(error)} ${text}`)) {
    REFUSED.add(failure);
  }
  return failure;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

async function follow(nats: Nats, state: { isUp: boolean }, retry: Retry): Promise<void> {
  for await (const status of nats.connection.status()) {
    if (status.type === 'disconnect') state.isUp = false;
    if (status.type === 'error') for (const call of nats.onRefusal) call(status.error.message);
    if (status.type !== 'reconnect') continue;
    state.isUp = true;
    retry.succeeded();
    for (const call of [...nats.onReconnect]) call();
  }
}

/** Their option types take no `undefined`. */
function definedOf<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
