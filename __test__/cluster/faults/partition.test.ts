import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findNats } from '../../../scripts/nats.mjs';
import { until } from '../../until.js';
import { type AdapterName, Cluster } from './adapters.js';
import { Hosts } from './hosts.js';
import { LoopbackHosts, type Network } from './network.js';

const UNITS = 150;
const UNIT_NONCES = 1 << 20;
const LIMITS = { suspectMs: 3_000, deadMs: 5_000, heartbeatMs: 1_000 };

interface Ground {
  readonly adapter: AdapterName;
  /** The hosts, in words. */
  readonly what: string;
  readonly isHere: boolean;
  open(): Network;
}

const loopback = {
  what: 'four addresses of loopback',
  open: () => new LoopbackHosts(4),
};

/** A NATS server listens on loopback alone, where no namespace reaches it. */
const GROUNDS: readonly Ground[] = [
  {
    ...{ adapter: 'tcp', what: 'four network namespaces', isHere: Hosts.areAllowed() },
    open: () => new Hosts(4),
  },
  { adapter: 'tcp', isHere: true, ...loopback },
  { adapter: 'nats', isHere: findNats() !== null, ...loopback },
];

for (const { adapter, what, isHere, open } of GROUNDS) {
  const run = isHere ? test : test.skip;
  run(`${adapter}: of ${what} two are cut off and come back: nothing is lost or done twice`, () => {
    return partition(adapter, open());
  });
}

async function partition(adapter: AdapterName, network: Network): Promise<void> {
  const [first, second, third, fourth] = network.hosts;
  if (!first || !second || !third || !fourth) throw new Error('no hosts');
  const cluster = await Cluster.open(adapter, first);
  try {
    const limits = adapter === 'nats' ? { ...LIMITS, leaseMs: LIMITS.deadMs } : LIMITS;
    const master = await cluster.startMaster({ fixedNonces: BigInt(UNIT_NONCES), limits });
    const workers = await Promise.all(
      [second, third, fourth].map(async (host) => {
        const address = await network.wayFrom(host, cluster.address(undefined, { limits }));
        return cluster.startWorker({ host, address });
      }),
    );
    await master.ask('publish', { number: 1, units: UNITS, unitNonces: UNIT_NONCES });
    await until('units are done', () => cluster.history.accepted.size > UNITS / 6);
    network.plug(third, 'out');
    network.plug(fourth, 'out');
    await cluster.done(UNITS); // by the second alone, theirs included
    await until('the master has given up two', () => {
      const left = cluster.history.count(({ kind, state }) => kind === 'node' && state === 'leave');
      return left >= 2;
    });
    network.plug(third, 'in');
    network.plug(fourth, 'in');
    await workers[0]?.kill();
    await master.ask('publish', { number: 2, units: UNITS, unitNonces: UNIT_NONCES });
    await cluster.done(2 * UNITS); // by those that came back
    assert.equal(cluster.history.faults(2 * UNITS), []);
  } finally {
    await cluster.close();
    network.close();
  }
}

test.run();
