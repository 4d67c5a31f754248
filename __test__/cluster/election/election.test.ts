import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ELECTION_RULES, Election } from '../../../ts/cluster/election/election.js';
import type { Leader, Statement } from '../../../ts/cluster/statement.js';
import { Network } from './network.js';

const half = () => 0.5;
const address = { host: '127.0.0.1', port: 1 };
/** Long enough for every timer to run out several times. */
const QUIET_MS = 12 * ELECTION_RULES.deadMs;
/** How long a master waits for whoever leads in a higher term. */
const PATIENCE_MS = 2 * ELECTION_RULES.beaconMs;

test('of several nodes one leads, and all others follow it', () => {
  const network = new Network([true, true, true, false], half);
  network.run(QUIET_MS);
  assertOneLeader(network);
});

test('a node without a source never leads, even alone', () => {
  const network = new Network([false, false], half);
  network.run(QUIET_MS);
  assert.equal(network.roles(), [{ kind: 'looking' }, { kind: 'looking' }]);
});

test('a node that comes later follows, whatever its id', () => {
  const network = new Network([true, true], half);
  network.crash(network.node(0)); // `a`, the smallest
  network.run(QUIET_MS);
  network.start(network.node(0));
  network.run(QUIET_MS);
  assert.equal(network.node(1).terms, [1]);
  assert.equal(network.node(0).terms, []);
});

test('a leader that is killed is replaced in a higher term', () => {
  const network = new Network([true, true, true], half);
  network.run(QUIET_MS);
  const [first] = network.nodes.filter(({ terms }) => terms.length > 0);
  assert.ok(first);
  network.crash(first);
  network.run(QUIET_MS);
  assertOneLeader(network);
  network.start(first);
  network.run(QUIET_MS);
  assertOneLeader(network);
  assert.is(first.terms.length, 1);
});

test('both sides of a cut have a leader, and one steps down when it heals', () => {
  const network = new Network([true, true, true, true], half);
  network.run(QUIET_MS);
  for (const at of [0, 1]) network.node(at).side = 1;
  network.run(QUIET_MS);
  assert.is(network.roles().filter((role) => role?.kind === 'master').length, 2);
  network.heal();
  network.run(QUIET_MS);
  assertOneLeader(network);
});

test('where two cannot hear each other but a third hears both, they agree all the same', () => {
  const network = new Network([true, true, true], half);
  network.lost.add('a>b').add('b>a');
  network.run(QUIET_MS);
  const before = network.nodes.map(({ terms }) => [...terms]);
  network.run(QUIET_MS);
  assertOneLeader(network);
  assert.equal(
    network.nodes.map(({ terms }) => terms),
    before,
  );
});

/** What may befall a network, and how long it goes on like that. */
const event = fc.record({
  kind: fc.constantFrom('cut', 'heal', 'crash', 'start', 'lose'),
  node: fc.nat(5),
  other: fc.nat(5),
  ms: fc.integer({ min: 100, max: 9000 }),
});

test('whatever befell it, a network that is whole and quiet has one leader, of the highest term', () => {
  let wereTwo = 0;
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 2, maxLength: 6 }).filter((all) => all.includes(true)),
      fc.array(event, { maxLength: 15 }),
      fc.integer(),
      (stands, events, seed) => {
        const network = new Network(stands, seeded(seed));
        for (const { kind, node, other, ms } of events) {
          befall(network, kind, node, other);
          network.run(ms);
        }
        if (network.roles().filter((role) => role?.kind === 'master').length > 1) wereTwo++;
        network.heal();
        for (const node of network.nodes) network.start(node);
        network.run(QUIET_MS);
        assertOneLeader(network);
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(wereTwo > 0, 'no run had two leaders: it proves nothing');
});

test('the leader of a term that is over is not followed, and begins a new term', () => {
  const election = new Election({ id: 'b', stands: true, memory: memory(7), random: half }, 0);
  election.heard(leading('a', 3), 10);
  assert.is(election.role.kind, 'looking');
  const old = led('a', 3);
  assert.equal(old.heard(election.statement(), 20_000), { kind: 'master', epoch: 3 });
  assert.equal(old.tick(20_000 + PATIENCE_MS - 1), { kind: 'master', epoch: 3 });
  assert.equal(old.tick(20_000 + PATIENCE_MS), { kind: 'master', epoch: 8 });
});

test('a master that hears of a higher term before it hears who leads in it steps down', () => {
  const [old, next] = [led('a', 3), led('b', 5)];
  const words = next.statement();
  // Said while the other one was about to lead, and delivered when the cut has healed.
  old.heard({ ...words, candidate: 5, leader: null }, 20_000);
  old.heard({ id: 'c', stands: true, epoch: 5, candidate: null, leader: null }, 20_001);
  assert.is(old.heard(words, 20_002).kind, 'follower');
  assert.is(old.tick(20_002 + PATIENCE_MS).kind, 'follower');
  assert.is(old.memory.epoch, 5);
});

test('a master waits anew for each term that it did not lead in', () => {
  const old = led('a', 3);
  const words = (epoch: number) => ({
    id: 'c',
    stands: true,
    epoch,
    candidate: null,
    leader: null,
  });
  old.heard(words(5), 20_000);
  old.tick(20_000 + PATIENCE_MS);
  assert.equal(old.role, { kind: 'master', epoch: 6 });
  assert.equal(old.heard(words(7), 30_000), { kind: 'master', epoch: 6 });
  assert.equal(old.tick(30_000 + PATIENCE_MS), { kind: 'master', epoch: 8 });
});

test('of two in one term the smaller id leads on, in a later term', () => {
  const [a, b] = [led('a', 4), led('b', 4)];
  const [fromA, fromB] = [a.statement(), b.statement()];
  assert.equal(a.heard(fromB, 20_000), { kind: 'master', epoch: 5 });
  assert.is(b.heard(fromA, 20_000).kind, 'looking');
  a.opened(5, address, 20_000);
  assert.is(b.heard(a.statement(), 20_001).kind, 'follower');
});

test('the winner of a tie hears of it although the loser had left before it spoke', () => {
  const [a, b] = [led('a', 4), led('b', 4)];
  b.heard(a.statement(), 20_000);
  a.heard(b.statement(), 20_000);
  assert.equal(a.tick(20_000 + PATIENCE_MS), { kind: 'master', epoch: 6 });
});

test('a term that two have led in one after the other, unheard, is over', () => {
  const before = new Election(
    { id: 'a', stands: true, memory: { epoch: 4, led: 4 }, random: half },
    0,
  );
  before.heard(leading('b', 4), 10);
  assert.is(before.role.kind, 'looking');
  const b = led('b', 4);
  b.heard(before.statement(), QUIET_MS);
  assert.equal(b.tick(QUIET_MS + PATIENCE_MS), { kind: 'master', epoch: 6 });
});

test('an epoch that leaps beyond reason is not believed', () => {
  const election = led('b', 4);
  election.heard(leading('a', 2 ** 30), 20_000);
  election.heard({ ...leading('c', 4), epoch: Number.MAX_SAFE_INTEGER }, 20_000);
  assert.equal(election.role, { kind: 'master', epoch: 4 });
  assert.is(election.memory.epoch, 4);
});

test('nor is it where a worker has said so to the master part', () => {
  const election = led('b', 4);
  election.ended(2 ** 36, 20_000);
  assert.is(election.memory.epoch, 4);
  election.tick(20_000 + QUIET_MS);
  assert.equal(election.role, { kind: 'candidate', epoch: 5 });
});

test('a candidate without a source hinders nobody', () => {
  const election = new Election({ id: 'b', stands: true, memory: memory(0), random: half }, 0);
  const words = { id: 'a', stands: false, epoch: 0, candidate: 1000, leader: null };
  for (let nowMs = 0; nowMs < QUIET_MS; nowMs += 100) election.heard(words, nowMs);
  assert.is(election.role.kind, 'master');
});

test('a master part that failed gives others time to stand', () => {
  const election = led('b', 4);
  assert.is(election.ended(4, 20_000).kind, 'looking');
  assert.is(election.tick(20_000 + 2 * ELECTION_RULES.deadMs).kind, 'looking');
  assert.is(election.tick(20_000 + QUIET_MS).kind, 'candidate');
});

test('what a third node says of a leader is not passed on', () => {
  const election = new Election({ id: 'c', stands: false, memory: memory(0), random: half }, 0);
  election.heard({ ...leading('a', 3), id: 'b' }, 10);
  assert.is(election.role.kind, 'follower');
  assert.is(election.statement().leader, null);
  election.heard(leading('a', 3), 20);
  assert.is(election.statement().leader?.id, 'a');
});

test('a leader that says it leads no more is left at once, whatever others say of it', () => {
  const election = new Election({ id: 'c', stands: false, memory: memory(0), random: half }, 0);
  election.heard(leading('a', 3), 10);
  election.heard({ ...leading('a', 3), id: 'b' }, 20);
  election.heard({ ...leading('a', 3), leader: null }, 30);
  assert.is(election.role.kind, 'looking');
});

test('thousands of ids fill no memory', () => {
  const election = new Election({ id: 'zz', stands: true, memory: memory(0), random: half }, 0);
  for (let at = 0; at < 5000; at++) election.heard(leading(`n${at}`, 1), at / 100);
  assert.equal(election.role, { kind: 'follower', leader: leaderOf('n4872', 1) });
});

function befall(network: Network, kind: string, at: number, other: number): void {
  const node = network.node(at);
  if (kind === 'cut') node.side = other % 3;
  else if (kind === 'heal') network.heal();
  else if (kind === 'crash') network.crash(node);
  else if (kind === 'start') network.start(node);
  else network.lost.add(`${node.id}>${network.node(other).id}`);
}

function assertOneLeader(network: Network): void {
  const up = network.nodes.filter(({ election }) => election !== null);
  const leaders = up.filter(({ election }) => election?.role.kind === 'master');
  assert.is(leaders.length, 1, JSON.stringify(network.roles()));
  const [leader] = leaders;
  const epoch = leader?.terms.at(-1) ?? Number.NaN;
  for (const { id, election, terms, stands } of network.nodes) {
    assert.equal(
      terms,
      [...new Set(terms)].sort((one, two) => one - two),
      'terms of a node rise',
    );
    assert.ok(stands || terms.length === 0);
    if (id === leader?.id) continue;
    assert.ok(terms.every((term) => term < epoch));
    if (election === null) continue;
    assert.equal(election.role, {
      kind: 'follower',
      leader: leaderOf(String(leader?.id), epoch, 1),
    });
  }
}

/** A node that leads in that term. */
function led(id: string, epoch: number): Election {
  const election = new Election({ id, stands: true, memory: memory(epoch - 1), random: half }, 0);
  for (let nowMs = 0; nowMs < QUIET_MS; nowMs += 100) election.tick(nowMs);
  election.opened(epoch, address, QUIET_MS);
  return election;
}

function memory(epoch: number) {
  return { epoch, led: 0 };
}

function leaderOf(id: string, epoch: number, port?: number): Leader {
  return { id, epoch, address: port === undefined ? address : { host: id, port } };
}

function leading(id: string, epoch: number): Statement {
  return { id, stands: true, epoch, candidate: null, leader: leaderOf(id, epoch) };
}

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test.run();
