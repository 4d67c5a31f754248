import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Goal, NonceRange, Pattern, Target, Work } from '../../ts/index.js';
import { ALGORITHMS, NONCE_ENCODINGS } from '../../ts/native/contract.js';
import { engineKinds, engineOf, withEngine } from '../backends.js';
import { plainSearch, Random } from '../fixtures.js';

const WORKS = 200;
const THREADS = [1, 2, 7];
/** Ranges whose search has no early end are this long at most, so that the plain loop is quick. */
const LONGEST = 2000;

interface Case {
  readonly work: Work;
  readonly goal: Goal;
  readonly range: NonceRange;
  readonly answer: bigint | null;
}

const random = new Random(200);

function randomWork(): Work {
  const message = random.bytes(random.between(8, 300));
  const encoding = random.pick(NONCE_ENCODINGS);
  const text = encoding === 'decimal' || encoding === 'hex';
  const most = { decimal: 20, hex: 16 }[encoding as 'decimal' | 'hex'];
  return new Work({
    algorithm: random.pick(ALGORITHMS),
    message,
    nonce: {
      offset: random.between(0, message.length - (text ? 0 : 8)),
      encoding,
      digits: text && random.between(0, 1) === 1 ? random.between(1, most) : undefined,
    },
    hashOrder: random.pick(['le', 'be']),
  });
}

function randomGoal(): Goal {
  if (random.between(0, 2) > 0) return Target.fromLeadingZeroBits(random.between(6, 12));
  return random.pick([
    Pattern.hexPrefix(random.pick(['0', 'a5', 'f0c'])),
    Pattern.equals(Uint8Array.of(0, 0, 0, 0x40), Uint8Array.of(0, 0, 7, 0xf0)),
  ]);
}

/** Empty, one nonce, some, at the top, or all of it; the last one with a goal met soon. */
function randomRange(work: Work, shape: number): NonceRange {
  const { end } = NonceRange.full(work);
  const length = BigInt(random.between(0, LONGEST));
  const start = random.bigint(end);
  const clipped = start + length > end ? end : start + length;
  switch (shape) {
    case 0:
      return new NonceRange(start, start);
    case 1:
      return new NonceRange(start, start + 1n);
    case 2:
      return new NonceRange(end - (length < end ? length : end), end);
    case 3:
      return NonceRange.full(work);
    default:
      return new NonceRange(start, clipped);
  }
}

const cases: Case[] = Array.from({ length: WORKS }, (_, i) => {
  const shape = i % 8;
  const work = randomWork();
  const goal = shape === 3 ? Target.fromLeadingZeroBits(6) : randomGoal();
  const range = randomRange(work, shape);
  return { work, goal, range, answer: plainSearch(work, goal, range.start, range.end) };
});

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
      const answers = await withEngine(engineOf(kind, { threads }), (engine) =>
        Promise.all(
          mine.map(({ work, goal, range }) => engine.mine(work, { target: goal, range })),
        ),
      );
      answers.forEach((answer, i) => {
        const { work, answer: expected } = mine[i] as Case;
        const what = `${work.algorithm} ${JSON.stringify(work.nonce)} case ${cases.indexOf(mine[i] as Case)}`;
        assert.is(answer?.nonce ?? null, expected, what);
      });
    });
  }
}

test.run();
