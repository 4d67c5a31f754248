import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PEERS } from '../../ts/cli/bench/peers.js';
import { type BenchReport, benchText } from '../../ts/cli/bench/report.js';
import { BENCH_WORKS } from '../../ts/cli/bench/works.js';
import { messageOf } from '../../ts/core/message.js';
import { workPlan } from '../../ts/core/work.js';
import { hash, Work } from '../../ts/index.js';
import { ALGORITHMS } from '../../ts/native/contract.js';
import { spawnProgram } from './program.js';

const shape = (row: object | undefined) => Object.keys(row ?? {}).sort();

test('bench --json prints exactly the promised shape, for every layout and peer', async () => {
  const { code, stdout, stderr } = await spawnProgram(['bench', '--quick', '--json']);
  assert.is(code, 0, stderr);
  const report = JSON.parse(stdout) as BenchReport;
  assert.equal(shape(report), ['kernels', 'machine', 'mine', 'peers']);
  assert.equal(shape(report.machine), ['backend', 'cores', 'cpu', 'date', 'node', 'platform']);
  const kernelShape = ['algorithm', 'cyclesPerHash', 'hashesPerSecond', 'kernel', 'layout'];
  for (const row of report.kernels) assert.equal(shape(row), kernelShape);
  const mineShape = ['algorithm', 'hashesPerSecond', 'layout', 'threads'];
  for (const row of report.mine) assert.equal(shape(row), mineShape);
  const peerShape = ['algorithm', 'hashesPerSecond', 'name', 'version'];
  for (const row of report.peers) assert.equal(shape(row), peerShape);

  for (const { layout } of BENCH_WORKS) {
    assert.ok(report.kernels.some((row) => row.layout === layout && row.hashesPerSecond > 0));
    assert.ok(report.mine.some((row) => row.layout === layout && row.hashesPerSecond > 0));
  }
  for (const { name, load } of PEERS) {
    const loaded = await Promise.all(ALGORITHMS.map((algorithm) => load(algorithm)));
    if (loaded.every((hash) => hash === null)) continue; // not installed
    assert.ok(report.peers.some((row) => row.name === name && row.hashesPerSecond > 0));
  }
  for (const { version } of report.peers) assert.match(version, /^\d+\.\d+/);
  assert.match(benchText(report), 'cycles/hash');
});

test('the timed works have the sizes that the figures are about', () => {
  const sizes = BENCH_WORKS.map(({ layout, work }) => {
    const { nonce, message } = work;
    return [layout, message.length + (nonce.digits ?? 0), nonce.offset];
  });
  assert.equal(sizes, [
    ['chainweb', 286, 278],
    ['bitcoin', 80, 76],
    ['text', 60, 52],
    ['chaincore', 105 + 142, 105],
  ]);
});

test('every peer agrees with hash() on every algorithm it has', async () => {
  for (const { work: options } of BENCH_WORKS) {
    const work = new Work(options);
    const message = messageOf(workPlan(work, 'work'), 7n);
    for (const peer of PEERS) {
      const peerHash = await peer.load(work.algorithm);
      if (peerHash === null) continue;
      assert.is(Buffer.compare(peerHash(message), hash(work, 7n)), 0, peer.name);
    }
  }
});

test.run();
