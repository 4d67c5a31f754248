import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Desk, START_MS } from './desk.js';
import { shareOf, specOf, workId } from './fakes.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function strike(desk: Desk, times = 1, key = 'key of bad'): void {
  for (let i = 0; i < times; i++) {
    desk.do(desk.coordinator.strike(key, 'bad', 'a wrong hash', desk.nowMs));
  }
}

/** The master that starts when `desk` is no more, so long after that one did. */
function nextOf(desk: Desk, afterMs: number): Desk {
  return new Desk({}, desk.log, 2, START_MS + afterMs);
}

const isOfConduct = ({ kind }: { kind: string }) => kind === 'conduct';

test('a ban goes on while no master runs, and at the next one for what is left of it', () => {
  const desk = new Desk();
  desk.nowMs = 50_000;
  strike(desk, 3);
  assert.is(nextOf(desk, 70_000).join('bad').bannedMs, 40_000);
  assert.is(nextOf(desk, 109_999).join('bad').bannedMs, 1);
  assert.is(nextOf(desk, 110_000).join('bad').bannedMs, 0);
  assert.is(nextOf(desk, 70_000).join('good').bannedMs, 0);
});

test('who was proved to lie is banned at the next master, too', () => {
  const desk = new Desk();
  desk.do(desk.coordinator.distrust('key of bad', 'bad', 'proof', 0));
  assert.is(nextOf(desk, 1_000).join('bad').bannedMs, MINUTE - 1_000);
});

test('strikes of two masters are a ban, unless the first ones are an hour old', () => {
  const desk = new Desk();
  strike(desk, 2);
  const soon = nextOf(desk, HOUR - 1);
  strike(soon);
  assert.is(soon.count('banned'), 1);
  const late = nextOf(desk, HOUR);
  strike(late);
  assert.is(late.count('banned'), 0);
  assert.is(late.conduct.strikes('key of bad', 0), 1);
});

test('each ban is longer than the one before, whichever master it was of', () => {
  const desk = new Desk();
  strike(desk, 3);
  const next = nextOf(desk, 2 * MINUTE);
  strike(next, 3);
  assert.is(next.join('bad').bannedMs, 2 * MINUTE);
  const forgiving = nextOf(desk, DAY);
  strike(forgiving, 3);
  assert.is(forgiving.join('bad').bannedMs, MINUTE, 'after a day it begins anew');
});

test('a snapshot says of a key what the entries said, and nothing of one that is forgiven', () => {
  const desk = new Desk();
  strike(desk, 2, 'struck');
  strike(desk, 3, 'banned');
  const snapshot = (nowMs: number) => [...desk.coordinator.entries(nowMs)].filter(isOfConduct);
  assert.equal(
    snapshot(0),
    desk.log
      .filter(isOfConduct)
      .slice(1)
      .filter((_, i) => i % 3 === 0),
  );
  const keys = (nowMs: number) =>
    snapshot(nowMs).map((entry) => (entry.kind === 'conduct' ? entry.key : ''));
  assert.equal(keys(HOUR - 1), ['struck', 'banned']);
  assert.equal(keys(HOUR), ['banned'], 'its next ban is longer');
  assert.equal(keys(DAY), []);
  assert.equal([...nextOf(desk, DAY).coordinator.entries(0)].filter(isOfConduct), []);
});

test('a wall clock that is set while a master runs changes no ban of it', () => {
  const desk = new Desk();
  strike(desk, 3);
  for (const byMs of [HOUR, -HOUR]) {
    desk.startMs = START_MS + byMs;
    assert.is(desk.join('bad').bannedMs, MINUTE);
  }
});

test('a wall clock that was set back while no master ran makes no ban longer than the longest', () => {
  const desk = new Desk();
  strike(desk, 3);
  strike(desk, 2, 'key of other');
  const next = nextOf(desk, -365 * DAY);
  assert.is(next.join('bad').bannedMs, HOUR);
  next.nowMs = HOUR;
  assert.is(next.join('bad').bannedMs, 0);
  assert.is(next.conduct.strikes('key of other', HOUR - 1), 2);
  assert.is(next.conduct.strikes('key of other', HOUR), 0);
});

/** Two units of 50 nonces, of a queue outside, and `bad`, who is there. */
function outside() {
  const desk = new Desk();
  desk.publish();
  desk.join('bad', 5, 0);
  const { units, decisions } = desk.coordinator.carve(workId(1), { nonces: 50n, most: 2 }, 0);
  desk.do(decisions);
  const [first, second] = units.map((unit) => ({ ...unit, spec: specOf(workId(1)), ttlMs: 0 }));
  assert.ok(first && second);
  return { desk, first, second };
}

const solutionsOf = ({ events }: Desk) =>
  events.flatMap((event) => (event.kind === 'result' ? event.solutions : []));

test('a result that is judged when its worker has left is a strike against its key', () => {
  const desk = new Desk({ fixedNonces: 10n });
  desk.publish();
  desk.join('bad');
  desk.do(desk.coordinator.leave('bad', 0));
  desk.result('bad', { shares: [shareOf(1n, false)] });
  assert.equal(
    ['key of bad', 'bad'].map((key) => desk.conduct.strikes(key, 0)),
    [1, 0],
  );
  desk.partial('bad', 5n);
  desk.do(desk.coordinator.distrust('key of bad', 'bad', 'proof', 0));
  assert.is(desk.coordinator.status(0).works[0]?.done, 0, 'what it showed then is its, too');
});

test('of a banned key no unit counts that a queue outside lends, but what it has found does', () => {
  const { desk, first, second } = outside();
  strike(desk, 3);
  const shares = [shareOf(7n)];
  assert.equal(desk.result('bad', { shares }, first), { verdict: 'stale', reason: 'banned' });
  assert.equal(
    solutionsOf(desk).map(({ nonce }) => nonce),
    [7n],
  );
  desk.result('bad', { outcome: 'partial', scannedTo: 90n }, second);
  const open = [...desk.coordinator.outstanding(workId(1))];
  assert.equal(
    open.map(({ resumeAt }) => resumeAt),
    [0n, 50n],
  );
  const again = { ...shareOf(7n, false) };
  assert.is(desk.result('bad', { shares: [again] }, first)?.verdict, 'rejected', 'hashed again');
  assert.is(desk.result('good', {}, first)?.verdict, 'accepted');
  desk.nowMs = MINUTE;
  assert.is(desk.result('bad', {}, second)?.verdict, 'accepted', 'the ban is over');
});

test('what was shown of a unit of a queue outside is hashed again when its key is not believed', () => {
  const { desk, first } = outside();
  desk.result('bad', { outcome: 'partial', scannedTo: 30n }, first);
  desk.do(desk.coordinator.distrust('key of bad', 'bad', 'proof', 0));
  assert.is(desk.coordinator.status(0).works[0]?.done, 0);
  const again = desk.coordinator.carve(workId(1), { nonces: 50n, most: 9 }, 0);
  assert.equal(
    again.units.map(({ unit, resumeAt }) => [resumeAt, unit.end]),
    [[0n, 30n]],
  );
});

test.run();
