import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PowError } from '../../ts/index.js';
import { Intake } from '../../ts/miner/intake.js';
import type { Job } from '../../ts/miner/ports.js';
import { rejection, thrown } from '../fixtures.js';
import { job, turns } from './jobs.js';

const show = (set: readonly Job[]) => set.map(({ id, change }) => `${id} ${change}`).sort();

function reader(intake: Intake) {
  const stop = new AbortController();
  const sets = intake.sets(stop.signal);
  const next = async () => (await sets.next()).value ?? [];
  return { stop, next, sets };
}

type Step =
  | { readonly kind: 'put'; readonly lane: string; readonly change: Job['change'] }
  | { readonly kind: 'drop'; readonly lane: string }
  | { readonly kind: 'read'; readonly reader: 0 | 1 };

const lanes = fc.constantFrom('a', 'b', 'c');
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        lane: lanes,
        change: fc.constantFrom('replace' as const, 'refresh' as const),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('drop' as const), lane: lanes }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('read' as const),
        reader: fc.constantFrom(0 as const, 1 as const),
      }),
    },
  ),
  { maxLength: 60 },
);

test('a reader gets the newest job of each lane, and no replacement is lost on the way', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const intake = new Intake();
      const readers = [reader(intake), reader(intake)];
      /** The plain way: every step since the last read, told to each reader in full. */
      const live = new Map<string, string>();
      const replaced = [new Set<string>(), new Set<string>()];
      const known = [new Map<string, string>(), new Map<string, string>()];
      const dirty = [false, false];
      for (const [i, step] of script.entries()) {
        if (step.kind === 'put') {
          const { lane, change } = step;
          if (change === 'replace' || !live.has(lane)) for (const set of replaced) set.add(lane);
          live.set(lane, `${i}`);
          dirty.fill(true);
          intake.put(job(`${i}`, lane, { change }));
        } else if (step.kind === 'drop') {
          if (live.delete(step.lane)) dirty.fill(true);
          intake.drop(step.lane);
        } else if (dirty[step.reader]) {
          const set = (await readers[step.reader]?.next()) ?? [];
          assert.equal(new Map(set.map(({ lane, id }) => [lane, id])), new Map([...live].sort()));
          for (const { lane, id, change } of set) {
            if (known[step.reader]?.get(lane) === id) continue;
            assert.is(change, replaced[step.reader]?.has(lane) ? 'replace' : 'refresh', lane);
          }
          known[step.reader] = new Map(live);
          replaced[step.reader]?.clear();
          dirty[step.reader] = false;
        }
      }
    }),
  );
});

test('a burst of 512 candidates of one lane is one read, and the newest is what it brings', async () => {
  const intake = new Intake();
  const { next } = reader(intake);
  for (let i = 1; i <= 512; i++) intake.put(job(`${i}`, 'chain 0'));
  assert.equal(show(await next()), ['512 replace']);
  const { jobs, superseded, taken, largestBatch } = intake.stats();
  assert.equal(
    { jobs, superseded, taken, largestBatch },
    {
      jobs: 512,
      superseded: 511,
      taken: 1,
      largestBatch: 1,
    },
  );
});

test('24 candidates of 24 lanes are taken in one go', async () => {
  const intake = new Intake();
  const { next } = reader(intake);
  for (let i = 0; i < 24; i++) intake.put(job(`${i}`, `lane ${i}`));
  assert.is((await next()).length, 24);
  assert.is(intake.stats().largestBatch, 24);
});

test('512 lanes in an intake of 64: the 64 newest are kept, and the loss is counted', async () => {
  const intake = new Intake(64);
  const { next } = reader(intake);
  for (let i = 0; i < 512; i++) intake.put(job(`${i}`, `lane ${i}`));
  const expected = Array.from({ length: 64 }, (_, i) => `${448 + i} replace`);
  assert.equal(show(await next()), expected);
  assert.is(intake.stats().overflowed, 448);
});

test('a waiting reader wakes for what comes, and sees a lane go', async () => {
  const intake = new Intake();
  const { next } = reader(intake);
  const first = next();
  await turns();
  intake.put(job('1', 'a'), job('2', 'b'));
  assert.equal(show(await first), ['1 replace', '2 replace']);
  const second = next();
  await turns();
  intake.drop('a');
  assert.equal(show(await second), ['2 replace']);
});

test('a late reader gets the live set at once', async () => {
  const intake = new Intake();
  intake.put(job('1', 'a'), job('2', 'a', { change: 'refresh' }));
  assert.equal(show(await reader(intake).next()), ['2 replace']);
});

test('a copy that says replace mines the same work under the same id', async () => {
  const intake = new Intake();
  intake.put(job('1', 'a'));
  const nonces = { start: 1n, end: 2n };
  const refresh = job('2', 'a', { change: 'refresh', variants: 7n, content: 9, nonces });
  intake.put(refresh);
  const [copy] = await reader(intake).next();
  assert.is(copy?.variants, 7n);
  assert.is(copy?.nonces, nonces);
  assert.equal(copy?.work(3n).work.message, refresh.work(3n).work.message);
  assert.is(copy?.target, refresh.target);
});

test('readers end with the intake, with the error it ended with, or with their signal', async () => {
  const ended = new Intake();
  const waiting = reader(ended).sets.next();
  ended.end();
  assert.is((await waiting).done, true);

  const failed = new Intake();
  const failing = rejection(reader(failed).sets.next());
  const error = new Error('no such network');
  failed.end(error);
  assert.is(await failing, error);

  const { stop, sets } = reader(new Intake());
  const stopping = sets.next();
  stop.abort();
  assert.is((await stopping).done, true);
  assert.is(getEventListeners(stop.signal, 'abort').length, 0);
});

test('an intake of no lanes is refused', () => {
  assert.is((thrown(() => new Intake(0)) as PowError).argument, 'mostLanes');
});

test.run();
