import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BlockTemplate } from '../../../ts/chaincore/codec.js';
import { templateTimeoutMs } from '../../../ts/chaincore/source/nodes.js';
import { Rounds } from '../../../ts/chaincore/source/rounds.js';
import { template } from '../vectors.js';

const next = (parent: string, index = 1, difficulty = 4): BlockTemplate => ({
  ...template,
  ...{ index, difficulty, previousHash: parent.repeat(64) },
});
const rounds = () => new Rounds({ roundMs: 120_000, refreshMs: 30_000 });
/** Asked for and answered at one moment. */
const take = (all: Rounds, each: BlockTemplate, atMs: number) => all.take(each, atMs, atMs);

test('the same parent refreshes, another one or another difficulty replaces', () => {
  const all = rounds();
  assert.is(take(all, next('a'), 0), 'replace');
  assert.is(take(all, next('a'), 1), 'refresh');
  assert.is(take(all, next('a', 1, 5), 2), 'replace');
  assert.is(take(all, next('b', 2), 3), 'replace');
});

test('a template is too old after its time, and a round is over after all of its templates', () => {
  const all = rounds();
  assert.is(all.needAt(0), 'chain-moved'); // nothing is mined
  take(all, next('a'), 0);
  assert.is(all.needAt(29_999), null);
  assert.is(all.needAt(30_000), 'too-old');
  take(all, next('a'), 30_000);
  take(all, next('a'), 60_000);
  take(all, next('a'), 90_000);
  assert.is(all.needAt(119_999), null);
  assert.is(all.needAt(120_000), 'round-over');
  assert.is(all.count, 1);
  take(all, next('a'), 120_000);
  assert.is(all.count, 2);
  assert.is(all.endsAtMs, 240_000);
  take(all, next('b', 2), 130_000);
  assert.is(all.count, 3);
  assert.is(all.endsAtMs, 250_000);
});

test('a template is outdated when the newest block is not its parent', () => {
  const all = rounds();
  take(all, next('a', 7), 0);
  assert.is(all.needAfter({ hash: 'a'.repeat(64), length: 7 }), null);
  assert.is(all.needAfter({ hash: 'b'.repeat(64), length: 8 }), 'chain-moved');
  assert.is(all.needAfter({ hash: 'b'.repeat(64), length: 7 }), 'chain-moved');
});

test('while a block is on its way its parent is not mined on, nor after it was accepted', () => {
  const all = rounds();
  take(all, next('a'), 0);
  all.markSolved(next('a'));
  assert.is(take(all, next('a'), 5), null);
  all.settleSolved(next('a'), 'accepted', 10);
  assert.is(all.take(next('a'), 9, 11), null); // asked for before
  assert.is(take(all, next('a'), 20), 'replace'); // the node has forgotten the block
});

test('a parent whose block came to nothing is mined on again', () => {
  const all = rounds();
  take(all, next('a'), 0);
  all.markSolved(next('a'));
  all.settleSolved(next('a'), 'other', 10);
  assert.is(take(all, next('a'), 11), 'replace');
});

test('waits for a template grow by five seconds, from ten to thirty', () => {
  assert.equal([0, 1, 2, 3, 4, 5, 100].map(templateTimeoutMs), [
    ...[10_000, 15_000, 20_000, 25_000, 30_000, 30_000, 30_000],
  ]);
});

test.run();
