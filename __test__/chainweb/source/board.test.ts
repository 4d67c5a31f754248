import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ChainBoard } from '../../../ts/chainweb/source/board.js';
import { workOf } from './node-work.js';

const boardOf = (chains: number) => new ChainBoard({ chains, newerMs: 15_000 });
const nothing = { change: null, dropped: null, isGain: false };

test('chains are taken while there is room, whichever the node picks', () => {
  const board = boardOf(2);
  const gain = { change: 'replace', dropped: null, isGain: true };
  assert.equal(board.take(workOf({ chain: 3 }), null), gain);
  assert.equal(board.take(workOf({ chain: 5 }), 9), gain, 'another chain than the suggested one');
  assert.not.ok(board.hasRoom);
  assert.equal(board.take(workOf({ chain: 6 }), 6), nothing);
  assert.equal([...board.live.keys()], [3, 5]);
});

test('a new parent replaces, new transactions refresh, the same work is no news', () => {
  const board = boardOf(4);
  board.take(workOf({ chain: 3 }), 3);
  assert.equal(board.take(workOf({ chain: 3, sentAtMs: 1 }), 3), nothing);
  const more = workOf({ chain: 3, payloadName: 2, sentAtMs: 2 });
  assert.is(board.take(more, 3).change, 'refresh');
  const next = workOf({ chain: 3, parentName: 2, sentAtMs: 3 });
  assert.is(board.take(next, 3).change, 'replace');
  assert.is(board.live.get(3), next);
});

test('the same work with a much newer time is a refresh', () => {
  const board = boardOf(1);
  const work = workOf({ chain: 3 });
  const at = work.header.creationTimeMicros;
  board.take(work, 3);
  assert.is(board.take(workOf({ chain: 3, creationTimeMicros: at + 14_999_999n }), 3).change, null);
  const newer = workOf({ chain: 3, creationTimeMicros: at + 15_000_000n });
  assert.is(board.take(newer, 3).change, 'refresh');
});

test('a chain that the node no longer has work for is dropped', () => {
  const board = boardOf(1);
  board.take(workOf({ chain: 3 }), 3);
  const other = { change: 'replace', dropped: 3, isGain: true };
  assert.equal(board.take(workOf({ chain: 4, sentAtMs: 1 }), 3), other);
  assert.equal([...board.live.keys()], [4]);
});

test('an answer that was overtaken by a newer one does not come back', () => {
  const board = boardOf(1);
  const newest = workOf({ chain: 3, parentName: 2, sentAtMs: 10 });
  board.take(newest, 3);
  assert.equal(board.take(workOf({ chain: 3, parentName: 1, sentAtMs: 9 }), 3), nothing);
  assert.is(board.live.get(3), newest);
  assert.not.ok(board.isOutdated(newest));
  assert.ok(board.isOutdated(workOf({ chain: 3, parentName: 1, sentAtMs: 9 })));
});

test('solved work is not mined again until it is known to have come to nothing', () => {
  const board = boardOf(2);
  const work = workOf({ chain: 3 });
  board.take(work, 3);
  assert.ok(board.markSolved(work));
  assert.not.ok(board.live.has(3));
  const again = workOf({ chain: 3, payloadName: 2, sentAtMs: 5 });
  assert.equal(board.take(again, 3), nothing, 'more transactions on the same parent are no block');
  board.settleSolved(work, 'other', 6);
  assert.is(board.take(workOf({ chain: 3, sentAtMs: 7 }), 3).change, 'replace');
});

test('an accepted block stays solved for work that was asked for before, and only for that', () => {
  const board = boardOf(1);
  const work = workOf({ chain: 3 });
  board.take(work, 3);
  board.markSolved(work);
  board.settleSolved(work, 'accepted', 100);
  assert.ok(board.isSolved(workOf({ chain: 3, sentAtMs: 100 })));
  // A node that was started anew gives out the very same work.
  assert.is(board.take(workOf({ chain: 3, sentAtMs: 101 }), 3).change, 'replace');
});

test('a solution of an older parent leaves the newer work alone', () => {
  const board = boardOf(1);
  const old = workOf({ chain: 3 });
  board.take(old, 3);
  board.take(workOf({ chain: 3, parentName: 2, sentAtMs: 1 }), 3);
  assert.not.ok(board.markSolved(old));
  assert.ok(board.live.has(3));
});

test('it remembers when work was last known to be the newest', () => {
  const board = boardOf(1);
  assert.is(board.checkedAtMs(3), null);
  board.take(workOf({ chain: 3, receivedAtMs: 5 }), 3);
  board.take(workOf({ chain: 3, sentAtMs: 8, receivedAtMs: 9 }), 3);
  assert.is(board.checkedAtMs(3), 9);
  board.drop(3);
  assert.is(board.checkedAtMs(3), null);
});

test.run();
