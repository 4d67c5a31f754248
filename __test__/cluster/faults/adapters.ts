/** What every fault case runs on: the embedded adapter, and NATS with a real server. */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNats, type NatsServer, startNats } from '../../../scripts/nats.mjs';
import { addKey } from '../../../ts/cluster/tcp/keys.js';
import type { QueueAddress } from '../../../ts/cluster/worker/options.js';
import { freePort } from '../../ports.js';
import { until } from '../../until.js';
import { Child, killChildren } from './child.js';
import { History } from './history.js';
import { doneOnDisk } from './journal-on-disk.js';

export type AdapterName = 'tcp' | 'nats';

/** How a master is opened, in the words of its process. */
export interface MasterHow {
  readonly adapter: AdapterName;
  readonly options: object;
  readonly history: string;
}

/** A machine, or what stands for one. */
export interface Host {
  readonly address: string;
  /** `null`: the network of this process. */
  readonly namespace: string | null;
}

const HERE: Host = { address: '127.0.0.1', namespace: null };

/** One cluster of one test: a folder, a server where there is one, masters and workers. */
export class Cluster {
  readonly adapter: AdapterName;
  readonly folder = mkdtempSync(join(tmpdir(), 'pow-cluster-'));
  readonly history = new History(join(this.folder, 'history.jsonl'));
  /** Of the second master, where there are two. */
  readonly rivalHistory = new History(join(this.folder, 'rival.jsonl'));
  readonly masterId = randomBytes(16).toString('hex');
  readonly #program: string;
  readonly #identity: { readonly identity: string; readonly secret: string };
  #server: NatsServer | null = null;
  #port = 0;
  #rivalPort = 0;
  /** Where masters run. */
  readonly #host: Host;

  private constructor(adapter: AdapterName, program: string, host: Host) {
    this.#host = host;
    this.adapter = adapter;
    this.#program = program;
    const { identity, secret } = addKey(this.#keysFile, 'worker', new Date(0).toISOString());
    this.#identity = { identity, secret };
  }

  /** @param host - of the master. Default: this one, on loopback */
  static async open(adapter: AdapterName, host: Host = HERE): Promise<Cluster> {
    const program = adapter === 'nats' ? (findNats() ?? '') : '';
    const cluster = new Cluster(adapter, program, host);
    if (adapter === 'nats') await cluster.startServer();
    return cluster;
  }

  get server(): NatsServer {
    if (this.#server === null) throw new Error('there is no server');
    return this.#server;
  }

  get #keysFile(): string {
    return join(this.folder, 'keys.jsonl');
  }

  /** The same server again, on the same port and store. */
  async startServer(): Promise<void> {
    const port = this.#server?.port;
    const folder = join(this.folder, 'nats');
    const more = port === undefined ? {} : { port };
    this.#server = await startNats({ program: this.#program, folder, ...more });
  }

  /** A master in a process of its own; the same one again after a kill. */
  async startMaster(options: object = {}): Promise<Child> {
    this.#rivalPort ||= await freePort();
    const place = this.#place();
    const master = new Child('./master-process.ts', this.#host.namespace);
    const { port } = await this.#open(master, place, { id: this.masterId, ...options });
    this.#port = port;
    return master;
  }

  /** The master's process, before it opens anything. */
  standby(): { readonly isLoaded: Promise<unknown>; open(options: object): Promise<Child> } {
    const master = new Child('./master-process.ts', this.#host.namespace);
    return {
      isLoaded: master.ask('accepted'),
      open: async (options) => {
        const place = this.#place();
        await this.#open(master, place, { id: this.masterId, ...options });
        return master;
      },
    };
  }

  /** Another master of the same cluster, elected above the first. */
  async startRival(epochAbove: number, options: object = {}): Promise<Child> {
    const place = { port: this.#rivalPort, journal: 'rival.journal', history: 'rival.jsonl' };
    const master = new Child('./master-process.ts', this.#host.namespace);
    await this.#open(master, place, { epochAbove, ...options });
    return master;
  }

  /** Of the one master. What the one before it had on its disk is looked at while it is there. */
  #place() {
    const place = { port: this.#port, journal: 'master.journal', history: 'history.jsonl' };
    this.history.found(doneOnDisk(join(this.folder, place.journal)));
    return place;
  }

  #open(
    master: Child,
    place: { readonly port: number; readonly journal: string; readonly history: string },
    options: object,
  ): Promise<{ readonly port: number }> {
    const own =
      this.adapter === 'tcp'
        ? {
            listen: { host: this.#host.address, port: place.port },
            security: { kind: 'psk', keysFile: this.#keysFile },
          }
        : { servers: [this.server.url], otherMaster: 'wait' };
    const how: MasterHow = {
      adapter: this.adapter,
      options: { ...own, journalFile: join(this.folder, place.journal), ...options },
      history: join(this.folder, place.history),
    };
    return master.ask('open', how);
  }

  /** Where workers connect to. */
  address(id = randomBytes(16).toString('hex'), more: object = {}): QueueAddress {
    const { address: host } = this.#host;
    const seeds = [this.#port, this.#rivalPort].map((port) => ({ host, port }));
    const security = { kind: 'psk' as const, ...this.#identity };
    return this.adapter === 'tcp'
      ? { adapter: 'tcp', seeds, security, id, ...more }
      : { adapter: 'nats', servers: [this.server.url], id, ...more };
  }

  /** A key of its own, for a worker that is to be told from others. */
  addressOf(identity: string, id = randomBytes(16).toString('hex')): QueueAddress {
    if (this.adapter === 'nats') return this.address(id);
    const { secret } = addKey(this.#keysFile, identity, new Date(0).toISOString());
    return this.address(id, { security: { kind: 'psk', identity, secret } });
  }

  /** A worker that hashes, in a process of its own. */
  async startWorker(
    how: { address?: QueueAddress; threads?: number; host?: Host } = {},
  ): Promise<Child> {
    const { address = this.address(), threads = 1, host = HERE } = how;
    const worker = new Child('./worker-process.ts', host.namespace);
    await worker.ask('open', { address, threads });
    return worker;
  }

  /** A worker that does not hash, and does with its leases what it is told. */
  async startActor(behaviour: object, address = this.address()): Promise<Child> {
    return this.startActors(behaviour, [address]);
  }

  /** Several in one process. */
  async startActors(behaviour: object, addresses: readonly QueueAddress[]): Promise<Child> {
    const process = new Child('./actor-process.ts');
    for (const address of addresses) await process.ask('open', { address, behaviour });
    return process;
  }

  /** Every unit was accepted. */
  async done(units: number): Promise<void> {
    await until(`${units} units were accepted`, () => this.history.done >= units);
  }

  async close(): Promise<void> {
    killChildren();
    await this.#server?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
