/** Units that a queue outside lends: which of them it must hold, and how they come back. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { OpenUnit } from '../../../ts/cluster/record/coordinator.js';
import { Desk } from './desk.js';
import { specOf, workId } from './fakes.js';

const WORK = workId(1);

function carve(desk: Desk, nonces: bigint, most: number): readonly OpenUnit[] {
  const { units, decisions } = desk.coordinator.carve(WORK, { nonces, most }, 0);
  desk.do(decisions);
  return units;
}

const spansOf = (units: Iterable<OpenUnit>) =>
  [...units].map(({ unit: { start, end } }) => [start, end]);

const assigned = (open: OpenUnit) => ({ ...open, spec: specOf(WORK), ttlMs: 0 });

/** A work of 100 nonces, in two units. */
function lent() {
  const desk = new Desk();
  desk.publish();
  const [first, second] = carve(desk, 50n, 2);
  assert.ok(first && second);
  return { desk, first, second };
}

test('what is to be done again lies in no queue before it is carved', () => {
  const { desk, first, second } = lent();
  desk.result('bad', { outcome: 'partial', scannedTo: 30n }, assigned(first));
  desk.do(desk.coordinator.distrust('bad', 'bad', 'proof', 0));
  const open = () => spansOf(desk.coordinator.outstanding(WORK));
  assert.equal(open(), spansOf([first, second]));
  const again = carve(desk, 50n, 9);
  assert.equal(spansOf(again), [[0n, 30n]]);
  assert.equal(open(), spansOf([first, second, ...again]));
});

test('what nobody takes out there is carved again, in the size that is asked for then', () => {
  const { desk, first, second } = lent();
  desk.result('good', { outcome: 'partial', scannedTo: 20n }, assigned(first));
  desk.do(desk.coordinator.takeIn(WORK, first.unit.index, 0));
  assert.equal(spansOf(desk.coordinator.outstanding(WORK)), spansOf([second]));
  const parts = carve(desk, 5n, 9);
  // What is left of it at last is not too large for whoever gets it.
  assert.equal(spansOf(parts), [
    [20n, 25n],
    [25n, 30n],
    [30n, 50n],
  ]);
  for (const open of [second, ...parts]) {
    assert.is(desk.result('good', {}, assigned(open))?.verdict, 'accepted');
  }
  assert.ok(desk.events.some(({ kind }) => kind === 'exhausted'));
});

test('whoever has a unit all the same that was taken in completes it, and is no liar', () => {
  const { desk, first } = lent();
  desk.do(desk.coordinator.takeIn(WORK, first.unit.index, 0));
  assert.is(desk.result('good', {}, assigned(first))?.verdict, 'accepted');
  assert.equal([carve(desk, 50n, 9), desk.conduct.strikes('good', 0)], [[], 0]);
});

test.run();
