import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeWorkHeader } from '../../../ts/chainweb/codec.js';
import type { Change } from '../../../ts/chainweb/devnet/coordination.js';
import { type Miner, minerIdentity, parseMiner } from '../../../ts/chainweb/devnet/miners.js';
import { hexOf } from '../vectors.js';
import { anyMiner, easyRules, mineOne, nodeState, solved, workOf } from './node-state.js';

const MINUTE = 60_000_000n;

test('work for the same payload is the same but for its time, and counts once', () => {
  const state = nodeState({ requestLimit: 0 });
  const first = workOf(state, 3);
  state.pass(1000n);
  // A limit of 0 still lets the first in: work is refused above the limit, not at it.
  assert.is(state.coordination.work(anyMiner, 3).kind, 'busy');
  const other = nodeState();
  const again = workOf(other, 3);
  assert.is(hexOf(again.payloadHash), hexOf(first.payloadHash));
  other.pass(1000n);
  const later = workOf(other, 3);
  assert.is(hexOf(later.payloadHash), hexOf(first.payloadHash));
  assert.is(later.creationTimeMicros, again.creationTimeMicros + 1000n);
});

test('work is refused once more payloads wait than the limit, until some are solved', () => {
  const state = nodeState({ requestLimit: 2 });
  const works = [0, 1, 2].map((chain) => workOf(state, chain));
  assert.is(state.coordination.work(anyMiner, 3).kind, 'busy');
  state.pass(1n);
  for (const work of works.slice(0, 1)) state.coordination.solve(solved(work));
  assert.is(state.coordination.work(anyMiner, 3).kind, 'work');
});

test('the suggested chain is taken while it can grow, else any other that can', () => {
  const state = nodeState();
  for (const chain of [0, 7, 19]) assert.is(workOf(state, chain).chain, chain);
  mineOne(state, 5);
  // Chain 5 is ahead of its neighbours.
  const seen = new Set(Array.from({ length: 400 }, () => workOf(state, 5).chain));
  assert.not(seen.has(5));
  assert.is(seen.size, 19);
  assert.not(workOf(state, 4_000_000_000).chain === 4_000_000_000);
});

test('a solution extends its chain by one block', () => {
  const state = nodeState();
  const header = workOf(state, 4);
  state.pass(1n);
  const answer = state.coordination.solve(solved(header));
  assert.is(answer.kind, 'taken');
  assert.is(answer.kind === 'taken' && answer.fate.kind, 'extended');
  assert.is(state.coordination.chains.head(4).header.height, 1n);
});

test('a payload is consumed by a right attempt', () => {
  const state = nodeState();
  const bytes = solved(workOf(state));
  state.pass(1n);
  assert.is(state.coordination.solve(bytes).kind, 'taken');
  assert.is(state.coordination.solve(bytes).kind, 'no-payload');
});

test('a payload is burned by a wrong attempt, and back with the next work', () => {
  const state = nodeState();
  const header = workOf(state, 6);
  state.pass(1n);
  assert.equal(state.coordination.solve(solved(header, 'miss')), {
    kind: 'invalid',
    detail: 'Invalid POW hash',
  });
  assert.is(state.coordination.solve(solved(header)).kind, 'no-payload');
  workOf(state, 6);
  const answer = state.coordination.solve(solved(header));
  assert.is(answer.kind === 'taken' && answer.fate.kind, 'extended');
});

test('without proof of work any nonce will do', () => {
  const state = nodeState({ rules: { ...easyRules, proofOfWork: false } });
  const header = workOf(state);
  state.pass(1n);
  const answer = state.coordination.solve(encodeWorkHeader(header));
  assert.is(answer.kind === 'taken' && answer.fate.kind, 'extended');
});

test('a payload lives for five minutes, looked at every half minute', () => {
  const state = nodeState();
  const [young, old] = [workOf(state, 0), workOf(state, 1)];
  state.pass(5n * MINUTE - 1n);
  assert.is(state.coordination.solve(solved(young)).kind, 'taken');
  state.pass(MINUTE);
  assert.is(state.coordination.solve(solved(old)).kind, 'no-payload');
});

test('payloads nobody solves are forgotten, and make room for others', () => {
  const state = nodeState({ requestLimit: 1 });
  workOf(state, 0);
  workOf(state, 1);
  assert.is(state.coordination.work(anyMiner, 2).kind, 'busy');
  state.pass(6n * MINUTE);
  assert.is(state.coordination.work(anyMiner, 2).kind, 'work');
});

test('stale work is taken like any other, and is an orphan', () => {
  const state = nodeState({ rules: { ...easyRules, proofOfWork: false } });
  const other: Miner = { ...anyMiner, account: 'k:01' };
  const stale = workOf(state, 5, other);
  mineOne(state, 5);
  const answer = state.coordination.solve(encodeWorkHeader(stale));
  assert.is(answer.kind === 'taken' && answer.fate.kind, 'orphaned');
  assert.is(state.coordination.chains.head(5).header.height, 1n);
});

test('work stays good while only neighbours move on', () => {
  const state = nodeState();
  const work = workOf(state, 5);
  for (const chain of [0, 7, 8]) mineOne(state, chain);
  const answer = state.coordination.solve(solved(work));
  assert.is(answer.kind === 'taken' && answer.fate.kind, 'extended');
});

test('a block from the future is taken, dropped, and its chain is not handed out again', () => {
  const state = nodeState();
  const work = workOf(state, 5);
  const rolled = { ...work, creationTimeMicros: work.creationTimeMicros + 1_000_000n };
  const answer = state.coordination.solve(solved(rolled));
  assert.is(answer.kind === 'taken' && answer.fate.kind, 'dropped');
  assert.is(state.coordination.chains.head(5).header.height, 0n);
  assert.is.not(workOf(state, 5).chain, 5);
  assert.not(state.coordination.isReady(5));
  // Another miner still gets it, and its block frees the chain for all.
  const other: Miner = { ...anyMiner, account: 'k:01' };
  const theirs = workOf(state, 5, other);
  assert.is(theirs.chain, 5);
  state.pass(1n);
  state.coordination.solve(solved(theirs));
  assert.ok(state.coordination.isReady(5));
});

test('when every chain is solved and dropped there is nothing to mine', () => {
  const state = nodeState({ rules: { ...easyRules, proofOfWork: false } });
  for (let chain = 0; chain < 20; chain++) {
    const work = workOf(state, chain);
    const rolled = { ...work, creationTimeMicros: work.creationTimeMicros + MINUTE };
    state.coordination.solve(encodeWorkHeader(rolled));
  }
  assert.is(state.coordination.work(anyMiner, null).kind, 'wait');
});

test('every part of a miner is compared, but not the order of its keys', () => {
  const miner: Miner = { account: 'k:aa', predicate: 'keys-all', publicKeys: ['aa', 'bb'] };
  const { coordination } = nodeState({ miners: [miner, anyMiner] });
  assert.is(coordination.work(miner, null).kind, 'work');
  assert.is(coordination.work({ ...miner, publicKeys: ['bb', 'aa'] }, null).kind, 'work');
  for (const other of [
    { ...miner, account: 'aa' },
    { ...miner, predicate: 'keys-any' },
    { ...miner, publicKeys: ['aa'] },
    { ...miner, publicKeys: ['aa', 'bb', 'cc'] },
  ]) {
    assert.is(coordination.work(other, null).kind, 'unauthorized', minerIdentity(other));
  }
});

test('a miner object is read as the node reads it', () => {
  const miner = { account: 'k:aa', predicate: 'keys-all', 'public-keys': ['aa'] };
  const parsed = parseMiner(JSON.stringify({ ...miner, more: 1 }));
  assert.equal(parsed, { account: 'k:aa', predicate: 'keys-all', publicKeys: ['aa'] });
  const bad = ['', '{', 'null', '[]', '"k:aa"'];
  for (const key of Object.keys(miner)) bad.push(JSON.stringify({ ...miner, [key]: undefined }));
  for (const key of Object.keys(miner)) bad.push(JSON.stringify({ ...miner, [key]: 5 }));
  bad.push(JSON.stringify({ ...miner, 'public-keys': [5] }));
  for (const json of bad) assert.type(parseMiner(json), 'string', json);
});

test('bytes of a wrong length are not decoded, and burn nothing', () => {
  const state = nodeState();
  const bytes = solved(workOf(state));
  state.pass(1n);
  assert.equal(state.coordination.solve(new Uint8Array([...bytes, 0])), {
    kind: 'undecodable',
    detail: 'pending bytes in input',
  });
  assert.equal(state.coordination.solve(bytes.slice(1)), {
    kind: 'undecodable',
    detail: 'not enough bytes',
  });
  assert.is(state.coordination.solve(bytes).kind, 'taken');
});

test('a header of another graph fails as it does in the node, and burns its payload', () => {
  const state = nodeState({ rules: { ...easyRules, proofOfWork: false } });
  const header = workOf(state, 5);
  assert.is(state.coordination.solve(encodeWorkHeader({ ...header, chain: 99 })).kind, 'broken');
  assert.is(state.coordination.solve(encodeWorkHeader(header)).kind, 'no-payload');
});

test('listeners hear of new parents and of new transactions', () => {
  const state = nodeState();
  const heard: Change[] = [];
  const stop = state.coordination.onChange((change) => heard.push(change));
  mineOne(state, 5);
  state.coordination.refresh(6);
  state.coordination.refresh(99);
  stop();
  mineOne(state, 0);
  assert.equal(heard, [
    { chain: 5, kind: 'outdated' },
    { chain: 6, kind: 'refreshed' },
  ]);
});

test('after new transactions old work is still good, and new work has another payload', () => {
  const state = nodeState();
  const old = workOf(state, 6);
  state.coordination.refresh(6);
  const fresh = workOf(state, 6);
  assert.is.not(hexOf(fresh.payloadHash), hexOf(old.payloadHash));
  assert.is(hexOf(fresh.parent), hexOf(old.parent));
  state.pass(1n);
  const answer = state.coordination.solve(solved(old));
  assert.is(answer.kind === 'taken' && answer.fate.kind, 'extended');
});

test.run();
