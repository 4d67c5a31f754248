import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Diagnosis } from '../../ts/cli/doctor/diagnosis.js';
import { diagnosisText } from '../../ts/cli/doctor/report.js';
import { selfTest } from '../../ts/cli/doctor/self-test.js';
import { KNOWN_ANSWERS } from '../../ts/cli/known-answers.js';
import { printableLines } from '../../ts/core/printable.js';
import { ALGORITHMS } from '../../ts/native/contract.js';
import { selectBackend } from '../../ts/native/select.js';
import { spawnProgram } from './program.js';

test('every available kernel passes its self-test, and one per algorithm is chosen', async () => {
  const { code, stdout, stderr } = await spawnProgram(['doctor', '--json']);
  assert.is(code, 0, stderr);
  const diagnosis = JSON.parse(stdout) as Diagnosis;
  assert.is(diagnosis.healthy, true);
  assert.ok(diagnosis.threads.default >= 1);
  for (const algorithm of ALGORITHMS) {
    const kernels = diagnosis.kernels.filter((row) => row.algorithm === algorithm);
    assert.is(kernels.filter((row) => row.chosen).length, 1, algorithm);
    for (const { available, name, selfTest } of kernels) {
      assert.is(selfTest.result, available ? 'passed' : 'skipped', `${algorithm} ${name}`);
    }
  }
});

test('people get the backend, the reason for it, and every kernel by name', async () => {
  const { code, stdout, stderr } = await spawnProgram(['doctor'], {
    env: { POW_NATIVE_BACKEND: 'portable' },
  });
  assert.is(code, 0, stderr);
  assert.match(stdout, /Backend +portable: POW_NATIVE_BACKEND asks for it/);
  for (const algorithm of ALGORITHMS) assert.match(stdout, algorithm);
});

test('the reason for each kernel is the CPU, or the environment that forces one', async () => {
  const free = await spawnProgram(['doctor', '--json'], { env: { POW_NATIVE_KERNEL: '' } });
  const { backend, cpuFeatures, kernels } = JSON.parse(free.stdout) as Diagnosis;
  assert.ok(cpuFeatures.every((feature) => /^[a-z][\w.]*$/.test(feature)));
  for (const { chosen, available, why } of kernels) {
    const reason = available ? 'a faster one is there' : 'this CPU lacks it';
    assert.is(why, chosen ? 'fastest that this CPU has' : reason);
  }

  const name = backend.kind === 'native' ? 'scalar' : 'portable';
  const forced = await spawnProgram(['doctor', '--json'], { env: { POW_NATIVE_KERNEL: name } });
  for (const row of (JSON.parse(forced.stdout) as Diagnosis).kernels) {
    assert.is(row.chosen, row.name === name);
    if (row.chosen) assert.is(row.why, 'POW_NATIVE_KERNEL asks for it');
  }
});

test('a kernel with a wrong answer fails its self-test', async () => {
  const { kind } = selectBackend();
  for (const known of KNOWN_ANSWERS) {
    const kernel = selectBackend()
      .kernels()
      .find((row) => row.algorithm === known.work.algorithm && row.available);
    assert.ok(kernel);
    // The nonce before the right one does not win: what a kernel off by one would report.
    const offByOne = { ...known, nonce: known.nonce - 1n };
    assert.is((await selfTest(kind, kernel.name, offByOne)).result, 'failed');
    assert.is((await selfTest(kind, kernel.name, known)).result, 'passed');
  }
});

test('a kernel that does not exist fails its self-test', async () => {
  const [known] = KNOWN_ANSWERS;
  assert.ok(known);
  assert.is((await selfTest(selectBackend().kind, 'abacus', known)).result, 'failed');
});

test('a failed self-test stands out, its detail without control characters', () => {
  const text = diagnosisText({
    healthy: false,
    node: process.version,
    platform: 'linux-x64',
    cpu: 'A\x1b[31mCPU',
    cpuFeatures: [],
    backend: { kind: 'native', why: 'the addon loaded' },
    threads: { default: 1, why: 'one for each processor' },
    kernels: [
      {
        algorithm: 'blake2s',
        name: 'avx2',
        lanes: 8,
        available: true,
        chosen: true,
        why: 'fastest that this CPU has',
        selfTest: { result: 'failed', work: 'a header', detail: 'missed\x07 it' },
      },
    ],
    warnings: [],
  });
  assert.match(text, /FAILED +blake2s avx2 on a header: missed\\x07 it/);
  assert.is(text, printableLines(text));
});

test.run();
