import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { job } from '../../miner/jobs.js';
import { until } from '../../until.js';
import { ScriptedLease } from '../worker/scripted-queue.js';
import { withSource } from './sources.js';

const leasesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => new ScriptedLease(job('a', 'a'), 5n, 50n, { index }));

for (const reason of ['lost', 'revoked'] as const) {
  test(`what is lent in place of a lease that is ${reason} is mined at once`, async () => {
    await withSource({ leases: 2 }, async ({ queue, source, live }) => {
      const leases = leasesOf(4);
      queue.put(...leases.slice(0, 2));
      await until('two are lent', () => live().length === 2);
      const before = live().map(({ id }) => id);
      // The time of the clock stands still: both slots would be taken for half a second.
      for (const lease of leases.slice(0, 2)) lease.stop(reason);
      queue.put(...leases.slice(2));
      await until('two others are mined', () => {
        return live().length === 2 && live().every(({ id }) => !before.includes(id));
      });
      assert.equal(
        leases.flatMap(({ releases }) => releases),
        [],
      );
      assert.equal(source.status().errors, {});
    });
  });
}

test('a lease too many goes back as it came: its unit is as good as any', async () => {
  await withSource({ leases: 1 }, async ({ queue, source, live }) => {
    const [first, other] = leasesOf(2) as [ScriptedLease, ScriptedLease];
    queue.isStrict = false;
    queue.put(first, other);
    await until('one is given back', () => other.releases.length > 0);
    assert.equal(other.releases, [{ scannedTo: 5n }]);
    assert.is(live().length, 1);
    assert.match(source.status().lastError ?? '', /more leases than were asked for/);
  });
});

test.run();
