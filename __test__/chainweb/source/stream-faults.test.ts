/** Every way in which update streams can fail: work is asked for all the same. */

import { test } from 'uvu';
import type { Fault } from '../../../ts/chainweb/index.js';
import { until } from '../../until.js';
import { endEverything, withSource } from './running-source.js';

const source = {
  retry: { firstMs: 1, eagerMs: 5, patientMs: 20 },
  ...{ chains: 20, pollMs: 50, refreshMs: 50, silenceMs: 100, streamHeadMs: 100 },
};

/** How update streams fail, and what the failure counts as. */
const STREAMS: [Fault, string | null][] = [
  [{ kind: 'closed' }, null],
  [{ kind: 'silent' }, null],
  [{ kind: 'hang' }, 'late'],
  [{ kind: 'status', value: 503 }, 'failing'],
  [{ kind: 'status', value: 404 }, 'refused'],
  [{ kind: 'drop' }, 'lost'],
  [{ kind: 'garbage' }, null],
];

for (const [fault, kind] of STREAMS) {
  test(`updates: ${fault.kind} ${fault.value ?? ''}: work is asked for at intervals meanwhile`, async () => {
    await withSource({ source }, async ({ source, jobs, untilLive }, node) => {
      node.setFault('updates', fault);
      await untilLive((live) => live.length === 20);
      node.refresh();
      const refreshed = () =>
        new Set(jobs.filter((job) => job.change === 'refresh').map((job) => job.lane));
      await until('every chain refreshed without an event', () => refreshed().size === 20);
      if (kind !== null) await until(kind, () => (source.status().errors[kind] ?? 0) > 0);
      node.setFault('updates', null);
      const before = source.status().requests['updates']?.count ?? 0;
      if (fault.kind !== 'silent' && fault.kind !== 'garbage') {
        await until(
          'a stream again',
          () => (source.status().requests['updates']?.count ?? 0) > before,
        );
      }
    });
  });
}

test('after all that no socket and no timer is left', async () => {
  const kinds = () =>
    process.getActiveResourcesInfo().filter((kind) => /TCP|TLS|Timeout/.test(kind)).length;
  await until('sockets and timers gone', () => kinds() <= 1);
});

test.after.each(endEverything);

test.run();
