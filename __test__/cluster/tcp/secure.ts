import type { TcpMaster, TcpWorker } from '../../../ts/cluster/tcp/options.js';
import { PowError } from '../../../ts/errors.js';
import { until } from '../../until.js';
import { workAsked } from '../faults/work.js';
import { type Opened, work } from './fixture.js';

/** When keys are added. */
export const NOW = '2026-01-01T00:00:00.000Z';

/** What its leases end with. */
export async function fate(worker: TcpWorker): Promise<string> {
  const signal = new AbortController().signal;
  try {
    for await (const lease of worker.leases({ most: () => 1, signal })) {
      return `a lease of ${lease.unit.work}`;
    }
    return 'the end';
  } catch (error) {
    return error instanceof PowError ? error.code : String(error);
  }
}

/** Ten units are published and done. */
export async function units(opened: Opened, master: TcpMaster, worker: TcpWorker): Promise<void> {
  const stop = new AbortController();
  const { spec, space } = workAsked({ number: 1, units: 10, unitNonces: 64 });
  await master.publish(spec, space);
  const working = work(worker, stop.signal);
  await until('exhausted', () => opened.events.some(({ kind }) => kind === 'exhausted'));
  stop.abort();
  await working;
}
