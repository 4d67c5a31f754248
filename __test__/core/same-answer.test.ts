import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ALGORITHMS, NONCE_ENCODINGS } from '../../ts/native/contract.js';
import { engineKinds } from '../backends.js';
import { randomCases, wrongAnswers } from './random-cases.js';

const WORKS = 200;
const THREADS = [1, 2, 7];

const cases = randomCases(200, WORKS, 2000);

test('the cases have both answers, and every encoding, algorithm and kind of goal with each', () => {
  const seen = new Set(
    cases.flatMap(({ work, goal, answer }) => {
      const won = answer === null ? 'none' : 'found';
      return [work.nonce.encoding, work.algorithm, goal.constructor.name].map((x) => `${x} ${won}`);
    }),
  );
  for (const what of [...NONCE_ENCODINGS, ...ALGORITHMS, 'Target', 'Pattern']) {
    assert.ok(seen.has(`${what} found`) && seen.has(`${what} none`), what);
  }
});

for (const kind of engineKinds) {
  for (const threads of THREADS) {
    test(`${kind.name}, ${threads} threads: the plain loop's answer, for all its works`, async () => {
      const mine = cases.filter(({ work }) => kind.algorithms.includes(work.algorithm));
      assert.ok(mine.length >= WORKS / 10);
      assert.equal(await wrongAnswers(kind, threads, mine), []);
    });
  }
}

test.run();
