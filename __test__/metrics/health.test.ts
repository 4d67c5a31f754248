import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Health } from '../../ts/metrics/health.js';
import type { SourceStatus } from '../../ts/miner/ports.js';
import { ScriptedMining } from './mining.js';

const lane = (name: string, workAgeMs: number | null) => ({ lane: name, workAgeMs, jobs: 1 });
const statusOf = (change: Partial<SourceStatus>): SourceStatus => ({
  ...new ScriptedMining().sourceStatus,
  ...change,
});

test('connected with fresh work is ready, also when other lanes stand still', () => {
  const lanes = [lane('a', 70_000), lane('b', 60_000), lane('c', null)];
  assert.equal(new Health(60_000).readiness(statusOf({ lanes }), 5), {
    ...{ ready: true, reasons: [], connection: 'connected', lanes: 3, freshLanes: 1 },
    workAgeMs: 60_000,
  });
});

test('no work yet, old work and a lost connection are each a reason', () => {
  const none = new Health(1000).readiness(statusOf({ lanes: [lane('a', null)] }), 0);
  assert.equal([none.ready, none.reasons], [false, ['the source has no work']]);
  const old = new Health(1000).readiness(statusOf({ lanes: [lane('a', 1001)] }), 0);
  assert.equal([old.ready, old.reasons], [false, ['the newest work is 1.0 s old, more than 1 s']]);
  const status = statusOf({ connection: 'lost', lastError: 'refused\x1b[2J', lanes: [] });
  const { ready, reasons } = new Health(1000).readiness(status, 0);
  assert.is(ready, false);
  const lost = 'the connection of the source is lost: refused\\x1b[2J';
  assert.equal(reasons, [lost, 'the source has no work']);
});

test('no other state than connected is ready', () => {
  for (const connection of ['connecting', 'lost', 'closed'] as const) {
    const status = statusOf({ connection, lanes: [lane('a', 0)] });
    assert.is(new Health(1000).readiness(status, 0).ready, false, connection);
  }
});

test('between a block and the next work it stays ready, until the last work is no longer fresh', () => {
  const health = new Health(1000);
  assert.ok(health.readiness(statusOf({ lanes: [lane('a', 200)] }), 5000).ready);
  const between = statusOf({ lanes: [lane('a', null)] });
  const still = health.readiness(between, 5800);
  assert.equal([still.ready, still.workAgeMs, still.freshLanes], [true, 1000, 0]);
  const { ready, reasons } = health.readiness(between, 5801);
  assert.equal([ready, reasons], [false, ['the newest work is 1.0 s old, more than 1 s']]);
  assert.ok(health.readiness(statusOf({ lanes: [lane('a', 0)] }), 9000).ready, 'and again');
  const older = health.readiness(statusOf({ lanes: [lane('a', 900)] }), 9100);
  assert.is(older.workAgeMs, 100, 'the newest is what counts');
});

test.run();
