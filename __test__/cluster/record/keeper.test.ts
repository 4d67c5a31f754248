import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { UnitResult } from '../../../ts/cluster/queue.js';
import type { Assignment, Effect } from '../../../ts/cluster/record/decisions.js';
import { realDisk } from '../../../ts/cluster/record/journal-disk.js';
import { Keeper, type KeeperOptions } from '../../../ts/cluster/record/keeper.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { until } from '../../until.js';
import { Judge, nodeOf, Strict, shareOf, spaceOf, specOf, workId } from './fakes.js';

const SEAT = { key: 'key', address: 'here', held: [] };

const test = suite<{ folder: string; journalFile: string }>('keeper');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'pow-keeper-'));
  context.journalFile = join(context.folder, 'cluster.journal');
});

test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

async function open(options: Partial<KeeperOptions> = {}) {
  const effects: Effect[] = [];
  const keeper = await Keeper.open({
    ...{ referee: new Judge((_unit, nonce) => nonce === 7n), conduct: new Strict() },
    ...{ clock: monotonicClock, rules: { fixedNonces: 10n } },
    perform: (effect) => effects.push(effect),
    ...options,
  });
  const assigned = (): Assignment[] =>
    effects.flatMap((effect) => (effect.kind === 'assign' ? [effect.assignment] : []));
  const events = (kind: string) =>
    effects.filter((effect) => effect.kind === 'event' && effect.event.kind === kind);
  return { keeper, effects, assigned, events };
}

function resultOf({ unit, fence }: Assignment, shares = [shareOf(1n)]): UnitResult {
  const { work, index, end } = unit;
  return { work, index, fence, outcome: 'exhausted', scannedTo: end, shares, hashes: 10 };
}

/** A master, and the one lease of its worker `w`. */
async function lent(journalFile: string) {
  const first = await open({ journalFile });
  await first.keeper.publish(specOf(workId(1)), spaceOf(1, 40));
  first.keeper.join(nodeOf('w'), SEAT);
  first.keeper.want('w', 1);
  await until('a lease', () => first.assigned().length === 1);
  const [lease] = first.assigned();
  assert.ok(lease);
  return { first, lease };
}

test('what was acknowledged is known to the next master, and so is what was found', async ({
  journalFile,
}) => {
  const { first, lease } = await lent(journalFile);
  const { verdict } = await first.keeper.result('w', resultOf(lease, [shareOf(7n)]));
  assert.is(verdict, 'accepted');
  await first.keeper.close();
  const second = await open({ journalFile });
  assert.is(second.keeper.epoch, first.keeper.epoch + 1);
  await second.keeper.publish(specOf(workId(1)), spaceOf(1, 40));
  assert.is(second.keeper.view.status(0).works[0]?.completed, 1);
  assert.is(second.events('result').length, 1, 'the solution is told again');
  await second.keeper.close();
});

test('a lease leaves only when it is on the disk; of a work that is cancelled meanwhile none does', async ({
  journalFile,
}) => {
  let letGo: (() => void) | null = null;
  const disk = {
    ...realDisk,
    sync: (fd: number) =>
      letGo === null ? realDisk.sync(fd) : new Promise<void>((done) => heldBack.push(done)),
  };
  const heldBack: (() => void)[] = [];
  const { keeper, assigned, effects } = await open({ journalFile, disk });
  await keeper.publish(specOf(workId(1)), spaceOf(1, 40));
  keeper.join(nodeOf('w'), SEAT);
  letGo = () => {
    letGo = null;
    for (const done of heldBack.splice(0)) done();
  };
  keeper.want('w', 1);
  await until('a sync', () => heldBack.length > 0);
  assert.is(assigned().length, 0);
  const cancelled = keeper.cancel(workId(1), 'stale');
  assert.ok(effects.some(({ kind }) => kind === 'cancel'));
  letGo();
  assert.is((await cancelled).purged, 3);
  assert.is(keeper.view.status(0).works.length, 0, 'the worker was not waited for');
  assert.is(assigned().length, 0);
  await keeper.publish(specOf(workId(2)), spaceOf(1, 40));
  await until('a lease', () => assigned().length === 1);
  assert.is(assigned()[0]?.unit.work, workId(2));
  await keeper.close();
});

test('a disk that fails acknowledges nothing, says so once, and lends nothing any more', async ({
  journalFile,
}) => {
  let fails = false;
  const disk = {
    ...realDisk,
    async sync(fd: number) {
      if (fails) throw new Error('EIO');
      await realDisk.sync(fd);
    },
  };
  const { keeper, assigned, events } = await open({ journalFile, disk });
  await keeper.publish(specOf(workId(1)), spaceOf(1, 40));
  keeper.join(nodeOf('w'), SEAT);
  keeper.want('w', 1);
  await until('a lease', () => assigned().length === 1);
  fails = true;
  const [lease] = assigned();
  assert.ok(lease);
  const code = await keeper.result('w', resultOf(lease)).catch((error) => error.code);
  assert.is(code, 'POW_WORKER');
  assert.is(events('result').length, 0);
  fails = false;
  const again = await keeper.result('w', resultOf(lease)).catch((error) => error.code);
  assert.is(again, 'POW_WORKER', 'not even as a duplicate');
  assert.is(events('failed').length, 1);
  assert.is(assigned().length, 1);
  assert.equal(await keeper.cancel(workId(1), 'stale'), { purged: 0 });
  await keeper.close();
  assert.equal(await keeper.cancel(workId(1), 'stale'), { purged: 0 });
  const next = await open({ journalFile });
  await next.keeper.publish(specOf(workId(1)), spaceOf(1, 40));
  await next.keeper.close();
});

test('a call from within an effect keeps the order of entries', async ({ journalFile }) => {
  const effects: Effect[] = [];
  const box: { keeper?: Keeper } = {};
  const options: Partial<KeeperOptions> = {
    journalFile,
    perform(effect) {
      effects.push(effect);
      if (effect.kind === 'drop') box.keeper?.leave(effect.worker);
      if (effect.kind === 'end') box.keeper?.want('other', 2);
    },
  };
  const { keeper } = await open(options);
  box.keeper = keeper;
  await keeper.publish(specOf(workId(1)), spaceOf(1, 400));
  keeper.join(nodeOf('other'), { ...SEAT, key: 'other' });
  keeper.join(nodeOf('w'), SEAT);
  keeper.want('w', 1);
  for (let i = 1; i <= 3; i++) {
    const leases = () => effects.filter((one) => one.kind === 'assign' && one.worker === 'w');
    await until('a lease', () => leases().length === i);
    const last = leases().at(-1);
    if (last?.kind !== 'assign') throw new Error('no lease');
    await keeper.result('w', resultOf(last.assignment, [shareOf(1n, false)]));
  }
  assert.ok(effects.some(({ kind }) => kind === 'drop'));
  await keeper.close();
  const next = await open({ journalFile });
  await next.keeper.close();
});

test('a result that comes before its work is published waits for that', async ({ journalFile }) => {
  const { first, lease } = await lent(journalFile);
  await first.keeper.close();
  const second = await open({ journalFile });
  second.keeper.join(nodeOf('w'), SEAT);
  const answer = second.keeper.result('w', resultOf(lease));
  await second.keeper.publish(specOf(workId(1)), spaceOf(1, 40));
  assert.is((await answer).verdict, 'accepted');
  await second.keeper.close();
});

test('results that wait for their work are bounded for each worker, and those beyond come again', async ({
  journalFile,
}) => {
  const { first, lease } = await lent(journalFile);
  await first.keeper.close();
  const { keeper } = await open({ journalFile });
  keeper.join(nodeOf('w'), SEAT);
  const shares = Array.from({ length: 256 }, () => shareOf(1n));
  const [kept, refused]: [string[], string[]] = [[], []];
  const bring = (worker: string) =>
    keeper.result(worker, resultOf(lease, shares)).then(
      ({ verdict }) => kept.push(verdict),
      ({ code }) => refused.push(code),
    );
  const answers = Array.from({ length: 1_000 }, () => bring('w'));
  await until('most are refused', () => refused.length > 900);
  answers.push(bring('other'));
  await Promise.resolve();
  const waiting = 1_001 - refused.length;
  assert.ok(waiting > 1 && waiting < 20, `${waiting} wait`);
  assert.ok(refused.every((code) => code === 'POW_WORKER'));
  await keeper.publish(specOf(workId(1)), spaceOf(1, 40));
  await Promise.all(answers);
  assert.is(kept.length, waiting);
  assert.is(kept.filter((verdict) => verdict === 'accepted').length, 1);
  await bring('w');
  assert.is(kept.at(-1), 'duplicate', 'there is room again');
  await keeper.close();
});

test('a ban outlives the process, as it was written down and in a file that was written anew', async ({
  journalFile,
}) => {
  for (const snapshotBytes of [undefined, 0]) {
    const open = (wallMs: number, ownMs: number) =>
      Keeper.open({
        ...{ journalFile: `${journalFile}.${snapshotBytes}`, snapshotBytes },
        ...{ referee: new Judge(), conduct: new Strict(), wallNowMs: () => wallMs },
        ...{ clock: { now: () => ownMs, after: () => () => {} }, perform: () => {} },
      });
    const first = await open(1_000_000, 900_000);
    for (let i = 0; i < 3; i++) first.strike('key', 'w', 'a wrong hash');
    first.strike('struck', 'w', 'a wrong hash');
    await first.close();
    const second = await open(1_025_000, 10);
    assert.is(second.join(nodeOf('w'), SEAT).bannedMs, 35_000);
    assert.is(second.join(nodeOf('other'), { ...SEAT, key: 'struck' }).bannedMs, 0);
    assert.is(second.view.status(10).workers[0]?.strikes, 1);
    await second.close();
  }
});

test('an epoch from elsewhere must be above that of the journal', async ({ journalFile }) => {
  await (await open({ journalFile, epoch: async () => 9 })).keeper.close();
  const above: number[] = [];
  const epoch = async (last: number) => {
    above.push(last);
    return last;
  };
  const code = await open({ journalFile, epoch }).catch((error) => error.code);
  assert.equal([above, code], [[9], 'POW_ARGUMENT']);
  const { keeper } = await open({ journalFile });
  assert.is(keeper.epoch, 10);
  await keeper.close();
});

test('without a journal a later master has a higher epoch all the same', async () => {
  const { keeper } = await open();
  assert.ok(keeper.epoch > 1_000_000_000 && Number.isSafeInteger(keeper.epoch * 65_536 + 65_535));
  await keeper.close();
  const code = await keeper.publish(specOf(workId(1)), spaceOf(1, 4)).catch((error) => error.code);
  assert.is(code, 'POW_WORKER');
});

test('a lease that runs out is lent again without anybody asking', async () => {
  const rules = { fixedNonces: 40n, leaseMs: { least: 20, most: 20 } };
  const { keeper, assigned } = await open({ rules });
  await keeper.publish(specOf(workId(1)), spaceOf(1, 40));
  keeper.join(nodeOf('a'), SEAT);
  keeper.join(nodeOf('b'), SEAT);
  keeper.want('a', 1);
  keeper.want('b', 1);
  await until('a second lease', () => assigned().length >= 2);
  assert.is(assigned()[1]?.unit.index, 0);
  await keeper.close();
});

test.run();
