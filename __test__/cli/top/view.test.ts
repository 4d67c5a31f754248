import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Screen, screenOf } from '../../../ts/cli/top/screen.js';
import { parseSnapshot, type Snapshot, snapshotOf } from '../../../ts/cli/top/snapshot.js';
import { viewOf } from '../../../ts/cli/top/view.js';

const none = { accepted: 0, stale: 0, duplicate: 0, rejected: 0, unknown: 0 };

const threadOf = (hashes: number, busyMs: number, starvedMs: number, waitingMs: number) => ({
  ...{ hashes, busyMs, starvedMs, waitingMs, job: null, lastError: null },
});

function snapshot(uptimeMs: number, rest: Partial<Snapshot> = {}): Snapshot {
  const nothing = { hashes: 0, running: 0, jobs: [], blocks: null, shares: null, threads: [] };
  return { pid: 7, command: 'run', uptimeMs, ...nothing, ...rest };
}

test('rates and shares are those between two snapshots', () => {
  const before = snapshot(10_000, { hashes: 5e9, threads: [threadOf(5e9, 9000, 500, 500)] });
  const threads = [threadOf(5.004e9, 9600, 900, 1500), threadOf(2e6, 100, 200, 100)];
  const view = viewOf(before, snapshot(12_000, { hashes: 5.006e9, threads }));
  assert.is(view.hashesPerSecond, 3e6);
  const facts = { job: null, lastError: null };
  assert.equal(view.threads, [
    { hashesPerSecond: 2e6, busy: 0.3, starved: 0.2, waiting: 0.5, isStarved: false, ...facts },
    { hashesPerSecond: 1e6, busy: 0.25, starved: 0.5, waiting: 0.25, isStarved: true, ...facts },
  ]);
});

test('without an earlier snapshot they are those since the process began', () => {
  const view = viewOf(undefined, snapshot(2000, { hashes: 4000, threads: [threadOf(4, 1, 0, 3)] }));
  assert.is(view.hashesPerSecond, 2000);
  assert.is(view.threads[0]?.busy, 0.25);
});

test('no time between two snapshots is no rate, and no number that is none', () => {
  const same = snapshot(2000, { hashes: 4000, threads: [threadOf(4, 1, 0, 3)] });
  const view = viewOf(same, same);
  assert.is(view.hashesPerSecond, 0);
  assert.equal(view.threads[0], {
    ...{ hashesPerSecond: 0, busy: 0, starved: 0, waiting: 0, isStarved: false },
    ...{ job: null, lastError: null },
  });
});

const wide: Screen = { columns: null, rows: null, colour: false };
const jobOf = (lane: string) => ({ id: lane, lane, hashes: 1, ageMs: 1 });
const mining = viewOf(
  undefined,
  snapshot(65_000, {
    ...{ hashes: 65e6, running: 2, jobs: [jobOf('chain-3'), jobOf('chain-7')] },
    ...{ blocks: { ...none, accepted: 2, stale: 1 }, shares: none },
    threads: [
      { ...threadOf(65e6, 64_000, 0, 1000), job: 'chain-3' },
      { ...threadOf(0, 1000, 60_000, 0), lastError: 'a kernel panicked' },
    ],
  }),
);

test('a screen shows processes, jobs, outcomes, and marks the threads that starve', () => {
  assert.is(
    screenOf([mining, viewOf(undefined, snapshot(1000, { command: 'mine', pid: 8 }))], wide),
    `\
run 7 | 1:05 | 1.00 MH/s | 65.0 M hashes | 2 accepted, 1 stale, 0 rejected, 0 unknown
2 jobs: chain-3, chain-7
   thread       rate  busy  starved  waiting  job      last error
        0  1.00 MH/s  98 %      0 %      2 %  chain-3
!       1      0 H/s   2 %     98 %      0 %           a kernel panicked

mine 8 | 0:01 | 0 H/s | 0 hashes
0 jobs
  thread  rate  busy  starved  waiting  job  last error`,
  );
});

test('on a terminal the whole row of a starved thread is red, and no other', () => {
  const lines = screenOf([mining], { ...wide, colour: true }).split('\n');
  assert.is(lines[4]?.startsWith('\x1b[31m!'), true);
  assert.is(lines[4]?.endsWith('\x1b[39m'), true);
  assert.is(lines.filter((line) => line.includes('\x1b')).length, 1);
});

test('nothing is wider or higher than the terminal, and what is left out is told', () => {
  const lines = screenOf([mining, mining], { columns: 30, rows: 4, colour: false }).split('\n');
  assert.is(lines.length, 4);
  assert.ok(lines.every((line) => line.length <= 30));
  assert.is(lines[3], '… 8 more lines');
});

test('no process at all is told in words', () => {
  assert.is(screenOf([], wide), 'no mining process of this user');
});

test('control characters of a process are spelled out, wherever they are', () => {
  const nasty = '\x1b[2J\x9b\u202e';
  const threads = [{ ...threadOf(0, 0, 0, 0), job: nasty, lastError: nasty }];
  const jobs = [{ ...jobOf(nasty) }];
  const view = viewOf(undefined, snapshot(1, { command: nasty, jobs, threads }));
  const texts = [view.command, ...Object.values(view.jobs[0] ?? {}), view.threads[0]?.job];
  for (const text of [...texts, view.threads[0]?.lastError]) {
    if (typeof text === 'string') assert.is(text, '\\x1b[2J\\x9b\\u202e');
  }
});

test('what a process tells is what is read, long texts cut and many jobs counted', () => {
  const long = 'x'.repeat(5000);
  const jobs = Array.from({ length: 500 }, (_, i) => jobOf(`${i} ${long}`));
  const threads = [{ ...threadOf(1, 2, 3, 4), job: long, lastError: long }];
  const facts = { hashes: 9, jobs, threads, outcomes: { blocks: none, shares: none } };
  const told = snapshotOf('run', 12, facts);
  assert.equal(parseSnapshot(JSON.stringify(told)), told);
  assert.is(told.running, 500);
  assert.is(told.jobs.length, 64);
  assert.is(told.threads[0]?.job?.length, 200);
});

test('no other text is taken for a snapshot', () => {
  const good = snapshotOf('run', 12, { hashes: 9, jobs: [], threads: [], outcomes: null });
  for (const bad of [
    ...[{ hashes: -1 }, { hashes: '9' }, { hashes: null }, { command: 'x'.repeat(201) }],
    ...[{ pid: 0 }, { pid: 1.5 }, { threads: [{}] }, { jobs: 'none' }, { blocks: {} }],
  ]) {
    assert.is(parseSnapshot(JSON.stringify({ ...good, ...bad })), null, JSON.stringify(bad));
  }
  for (const text of ['', 'null', '[]', '{', 'HTTP/1.1 400 Bad Request']) {
    assert.is(parseSnapshot(text), null, text);
  }
});

test.run();
