import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { printable } from '../../ts/core/printable.js';
import { Pattern, type PowError, Target, verify } from '../../ts/index.js';
import type { ExternalOptions } from '../../ts/workers/external/options.js';
import { ExternalWorker } from '../../ts/workers/external.js';
import { hardTarget, thrown } from '../fixtures.js';
import { type job, named, smallJob, VirtualClock } from '../miner/jobs.js';
import { until } from '../until.js';
import { ears } from './ears.js';
import { isAlive, PROGRAM, pidIn, program, withProgram } from './programs.js';
import { lastBytesJob, soon } from './work-at-the-end.js';

const easy = (id: string) => lastBytesJob(id, 'a', { target: soon });
const endless = (id: string) => lastBytesJob(id, 'a', { target: hardTarget });

const HONEST: [string, ExternalOptions][] = [
  ['a program and its arguments', program('honest')],
  ['a line for the shell', { command: `"${process.execPath}" "${PROGRAM}" honest` }],
  ['a program that says what it hashed', program('counting')],
  ['the mixed target of the official client', { ...program('mixed'), targetForm: 'mixed' }],
  ['eight raw bytes', { ...program('raw'), nonceForm: 'raw' }],
  ['a variable', { ...program('environment'), environment: { ANSWER: 'yes' } }],
];

for (const [what, options] of HONEST) {
  test(`${what}: the nonce wins`, async () => {
    await withProgram(
      () => options,
      {},
      async ({ worker, notices }) => {
        const of = easy('one');
        const { how, heard, counted } = ears();
        assert.is(await worker.mine(of, how), 'exhausted');
        const [found] = heard;
        assert.is(heard.length, 1);
        assert.ok(verify(of.work(0n).work, found?.solution.nonce ?? -1n, soon));
        const says = what.includes('says') ? Number(found?.solution.nonce) + 1 : 16;
        assert.equal(counted, [says]);
        assert.equal(notices, []);
      },
    );
  });
}

test('with the goal all, each variant is solved once, up to the last', async () => {
  await withProgram(
    () => program('honest'),
    {},
    async ({ worker }) => {
      const { how, heard } = ears();
      const of = lastBytesJob('all', 'a', { target: soon, goal: 'all', variants: 3n });
      assert.is(await worker.mine(of, how), 'exhausted');
      assert.equal(
        heard.map(({ roll }) => roll.timeOffsetMicros),
        [0n, 1n, 2n],
      );
      assert.is(new Set(heard.map(named)).size, 3);
      assert.is(worker.stats().solutions, 3);
    },
  );
});

/** Mode, what is told of it, and the code that counts it. */
const FAILING: [string, RegExp, string][] = [
  ['quits', /it ended with code 3/, 'POW_WORKER'],
  ['mute', /it wrote no nonce/, 'POW_WORKER'],
  ['garbage', /not the 16 hex digits of a nonce/, 'POW_WORKER'],
  ['wrong', /nonce 0 hashes to .*, which does not win/, 'POW_MISMATCH'],
  ['dies', /it was ended by SIGKILL/, 'POW_WORKER'],
  ['floods', /it wrote more than 65536 bytes/, 'POW_WORKER'],
];

for (const [mode, told, code] of FAILING) {
  test(`a program that ${mode} is told of, counted, and started again, later and later`, async () => {
    const clock = new VirtualClock();
    await withProgram(
      () => program(mode),
      { clock },
      async ({ worker, notices }) => {
        const { how, heard, stop } = ears();
        const mining = worker.mine(
          lastBytesJob('one', 'a', { target: Target.fromBigInt(1n) }),
          how,
        );
        for (const [i, restMs] of [100, 200, 400].entries()) {
          await until('the next notice', () => notices.length === i + 1);
          assert.match(notices[i]?.text ?? '', told);
          assert.match(notices[i]?.text ?? '', `starts again in ${restMs / 1000} s`);
          assert.is(notices[i]?.text, printable(notices[i]?.text ?? ''));
          assert.equal(worker.stats().errors, { [code]: i + 1 });
          await clock.pass(restMs - 1);
          assert.is(worker.stats().restarts, i + 1);
          if (i < 2) await clock.pass(1);
        }
        stop.abort();
        assert.is(await mining, 'stopped');
        assert.equal(heard, []);
        assert.is(clock.alarms, 0);
      },
    );
  });
}

test('a program that gets better is waited for: the loss is counted, the solution too', async () => {
  await withProgram(
    (file) => program('improves', file),
    {},
    async ({ worker }) => {
      const { how, heard } = ears();
      assert.is(await worker.mine({ ...easy('one'), variants: 5n }, how), 'exhausted');
      const [found] = heard;
      assert.is(found?.roll.timeOffsetMicros, 2n, 'each start has other work');
      const { restarts, errors, solutions } = worker.stats();
      assert.equal(
        { restarts, errors, solutions },
        { restarts: 2, errors: { POW_WORKER: 2 }, solutions: 1 },
      );
    },
  );
});

test('a program without an answer is ended after its time, and started anew', async () => {
  const clock = new VirtualClock();
  const options = (file: string) => ({ ...program('hangs', file), timeoutMs: 60_000 });
  await withProgram(options, { clock }, async ({ worker, notices, file }) => {
    const { how, stop } = ears();
    const mining = worker.mine(endless('one'), how);
    const pid = await pidIn(file);
    await clock.pass(60_000);
    await until('a notice', () => notices.length === 1);
    assert.match(notices[0]?.text ?? '', /no answer in 60 s/);
    assert.not.ok(isAlive(pid));
    stop.abort();
    assert.is(await mining, 'stopped');
  });
});

test('the end of this process ends its programs', async () => {
  await withProgram(
    (file) => program('stubborn', file),
    {},
    async ({ file }) => {
      const from = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
      const text = `
      import { ExternalWorker } from ${from('../../ts/workers/external.ts')};
      import { ears } from ${from('ears.ts')};
      import { pidIn, program } from ${from('programs.ts')};
      import { lastBytesJob } from ${from('work-at-the-end.ts')};
      const [file] = ${JSON.stringify([file])};
      const worker = new ExternalWorker(program('stubborn', file));
      worker.mine(lastBytesJob('one', 'a'), ears().how);
      await pidIn(file);
      process.exit(7);`;
      const flags = ['--import', 'tsx', '--input-type=module', '--eval', text];
      const cwd = fileURLToPath(new URL('../../', import.meta.url));
      const { status, stderr } = spawnSync(process.execPath, flags, { cwd, encoding: 'utf8' });
      assert.is(status, 7, stderr);
      const pid = Number(readFileSync(file, 'utf8'));
      assert.ok(pid > 0);
      await until('the program is gone', () => !isAlive(pid));
    },
  );
});

test('an answer that comes while it is told to stop still counts', async () => {
  const clock = new VirtualClock(); // never SIGKILL
  await withProgram(
    (file) => program('late', file),
    { clock },
    async ({ worker, file }) => {
      const { how, heard, stop } = ears();
      const mining = worker.mine(easy('one'), how);
      await pidIn(file);
      stop.abort();
      assert.is(await mining, 'exhausted');
      assert.is(heard.length, 1);
    },
  );
});

test('what it writes to stderr is told line by line, without control characters', async () => {
  await withProgram(
    () => program('colourful'),
    {},
    async ({ worker, notices }) => {
      assert.is(await worker.mine(easy('one'), ears().how), 'exhausted');
      assert.is(notices.length, 2);
      for (const { level, text } of notices) {
        assert.is(level, 'debug');
        assert.is(text, printable(text));
      }
      assert.match(notices[0]?.text ?? '', 'owned');
      assert.match(notices[1]?.text ?? '', /^external: second line$/);
    },
  );
});

test('a program that writes much to stderr does not block, and is told of in a hundred lines', async () => {
  await withProgram(
    () => program('talkative'),
    {},
    async ({ worker, notices }) => {
      const { how, stop } = ears();
      const mining = worker.mine(endless('one'), how);
      await until('a warning', () => notices.some(({ level }) => level === 'warn'));
      stop.abort();
      await mining;
      const lines = notices.slice(0, 101).map(({ text }) => text);
      assert.ok(lines.every((line) => line.length < 1100));
      assert.match(lines[0] ?? '', /^external: x{1000}…$/);
      assert.match(lines[100] ?? '', 'and 100 more lines');
      assert.match(notices[101]?.text ?? '', 'it ended with code 4');
    },
  );
});

test('jobs that a program could not answer are refused, each with its reason', async () => {
  const worker = new ExternalWorker(program('honest'));
  assert.is(worker.refuses(easy('one')), null);
  const refused: [ReturnType<typeof job>, RegExp][] = [
    [{ ...easy('one'), variants: 0n }, /variants/],
    [{ ...easy('one'), target: Pattern.hexPrefix('00') }, /takes a target/],
    [smallJob('text', 'a', 3), /last 8 bytes/],
    [
      {
        ...easy('one'),
        work: () => ({ ...easy('one').work(0n), work: smallJob('x', 'a', 2).work(0n).work }),
      },
      /last 8 bytes/,
    ],
  ];
  for (const [of, reason] of refused) assert.match(worker.refuses(of) ?? '', reason);
  await worker.close();
});

test('a program that is not there is named before any work starts', () => {
  for (const command of ['/no/such program', 'no-such-program-anywhere']) {
    const error = thrown(() => new ExternalWorker({ command, args: [] })) as PowError;
    assert.is(error.argument, 'command');
    assert.match(error.message, JSON.stringify(command));
  }
});

test.run();
