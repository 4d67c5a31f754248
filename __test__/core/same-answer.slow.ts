import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { engineKinds } from '../backends.js';
import { randomCases, wrongAnswers } from './random-cases.js';

const SEEDS = Array.from({ length: 12 }, (_, i) => 1000 + i);
const WORKS = 240;
const LONGEST = 6000;

for (const seed of SEEDS) {
  test(`seed ${seed}: every kernel has the plain loop's answer, on few threads and on many`, async () => {
    const cases = randomCases(seed, WORKS, LONGEST);
    assert.ok(cases.filter(({ answer }) => answer !== null).length > WORKS / 4);
    for (const kind of engineKinds) {
      const mine = cases.filter(({ work }) => kind.algorithms.includes(work.algorithm));
      for (const threads of [1, 3, 16]) {
        const what = `${kind.name}, ${threads} threads`;
        assert.equal(await wrongAnswers(kind, threads, mine), [], what);
      }
    }
  });
}

test.run();
