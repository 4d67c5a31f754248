/** Workers that lie, and units that kill. */

import * as assert from 'uvu/assert';
import { until } from '../../until.js';
import type { Cluster } from './adapters.js';

const UNITS = 120;
const UNIT_NONCES = 1 << 18;
/** Every attempt costs a process. */
const POISON_MS = 400_000;

export async function badWorkers(cluster: Cluster): Promise<void> {
  const master = await cluster.startMaster({ fixedNonces: BigInt(UNIT_NONCES) });
  await master.ask('publish', { number: 11, units: UNITS, unitNonces: UNIT_NONCES });
  for (const kind of ['wrong hash', 'foreign nonce']) {
    const identity = kind.replace(' ', '-');
    await cluster.startActor({ kind }, cluster.addressOf(identity));
    await until(`${kind} is struck`, () => rejected(cluster, kind) > 0);
  }
  await cluster.startActor({ kind: 'empty' }, cluster.addressOf('empty'));
  await until('one of them is banned', () => {
    return cluster.history.count(({ kind }) => kind === 'banned') > 0;
  });
  await Promise.all([cluster.startWorker(), cluster.startWorker()]);
  await cluster.done(UNITS);
  const { lines } = cluster.history;
  const results = lines.filter(({ kind, verdict }) => kind === 'result' && verdict === 'accepted');
  assert.ok(results.some(({ shares = 0 }) => shares > 0));
}

function rejected({ history }: Cluster, why: string): number {
  const pattern = why === 'wrong hash' ? /hash/ : /nonce|outside/;
  return history.count(({ kind, verdict, reason = '' }) => {
    return kind === 'result' && verdict === 'rejected' && pattern.test(reason);
  });
}

export async function poison(cluster: Cluster): Promise<void> {
  const units = 12;
  const master = await cluster.startMaster({
    fixedNonces: BigInt(UNIT_NONCES),
    limits: { graceMs: 200, leaseMs: 2_000, heartbeatMs: 500, suspectMs: 1_000, deadMs: 2_000 },
    proofOfScanning: false, // actors hash nothing
  });
  await master.ask('publish', { number: 12, units, unitNonces: UNIT_NONCES });
  const nonce = String(UNIT_NONCES * 5 + 77);
  let deaths = 0;
  // Several at once: a process takes longer to start than to die.
  const keepAlive = async (): Promise<void> => {
    while (!cluster.history.isExhausted) {
      const actor = await cluster.startActor({ kind: 'dies of', nonce }).catch(() => null);
      await until(
        'it is dead, or all is done',
        () => {
          return actor === null || !actor.isAlive || cluster.history.isExhausted;
        },
        POISON_MS,
      );
      if (!cluster.history.isExhausted) deaths += 1;
    }
  };
  await Promise.all([keepAlive(), keepAlive(), keepAlive()]);
  const { history } = cluster;
  assert.ok(history.count(({ state }) => state === 'quarantined') > 0);
  assert.ok(history.count(({ state }) => state === 'split') > 0);
  assert.ok(deaths >= 5, 'it was tried often enough');
  assert.ok(history.accepted.size >= units - 1, 'every other unit is done');
}
