import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readinessOf } from '../../ts/metrics/health.js';
import type { SourceStatus } from '../../ts/miner/ports.js';
import { ScriptedMining } from './mining.js';

const lane = (name: string, workAgeMs: number | null) => ({ lane: name, workAgeMs, jobs: 1 });
const statusOf = (change: Partial<SourceStatus>): SourceStatus => ({
  ...new ScriptedMining().sourceStatus,
  ...change,
});

test('connected with fresh work is ready, also when other lanes stand still', () => {
  const lanes = [lane('a', 70_000), lane('b', 60_000), lane('c', null)];
  assert.equal(readinessOf(statusOf({ lanes }), 60_000), {
    ...{ ready: true, reasons: [], connection: 'connected', lanes: 3, freshLanes: 1 },
    workAgeMs: 60_000,
  });
});

test('no work yet, old work and a lost connection are each a reason', () => {
  const none = readinessOf(statusOf({ lanes: [lane('a', null)] }), 1000);
  assert.equal([none.ready, none.reasons], [false, ['the source has no work']]);
  const old = readinessOf(statusOf({ lanes: [lane('a', 1001)] }), 1000);
  assert.equal([old.ready, old.reasons], [false, ['the newest work is 1.0 s old, more than 1 s']]);
  const status = statusOf({ connection: 'lost', lastError: 'refused\x1b[2J', lanes: [] });
  const { ready, reasons } = readinessOf(status, 1000);
  assert.is(ready, false);
  const lost = 'the connection of the source is lost: refused\\x1b[2J';
  assert.equal(reasons, [lost, 'the source has no work']);
});

test('no other state than connected is ready', () => {
  for (const connection of ['connecting', 'lost', 'closed'] as const) {
    const { ready } = readinessOf(statusOf({ connection, lanes: [lane('a', 0)] }), 1000);
    assert.is(ready, false, connection);
  }
});

test.run();
