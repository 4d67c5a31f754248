/** Searches of every shape, each with the answer of a plain loop. */

import { type Goal, NonceRange, Pattern, Target, Work } from '../../ts/index.js';
import { ALGORITHMS, NONCE_ENCODINGS } from '../../ts/native/contract.js';
import { type EngineKind, engineOf, withEngine } from '../backends.js';
import { plainSearch, Random } from '../fixtures.js';

export interface Case {
  readonly name: string;
  readonly work: Work;
  readonly goal: Goal;
  readonly range: NonceRange;
  readonly answer: bigint | null;
}

/** @param longest - ranges whose search has no early end are this long at most: the loop is slow */
export function randomCases(seed: number, count: number, longest: number): readonly Case[] {
  const random = new Random(seed);
  return Array.from({ length: count }, (_, i) => {
    const shape = i % 8;
    const work = randomWork(random);
    const goal = shape === 3 ? Target.fromLeadingZeroBits(6) : randomGoal(random);
    const range = randomRange(random, work, shape, longest);
    const answer = plainSearch(work, goal, range.start, range.end);
    const name = `seed ${seed} case ${i}: ${work.algorithm} ${JSON.stringify(work.nonce)}`;
    return { name, work, goal, range, answer };
  });
}

function randomWork(random: Random): Work {
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

function randomGoal(random: Random): Goal {
  if (random.between(0, 2) > 0) return Target.fromLeadingZeroBits(random.between(6, 12));
  return random.pick([
    Pattern.hexPrefix(random.pick(['0', 'a5', 'f0c'])),
    Pattern.equals(Uint8Array.of(0, 0, 0, 0x40), Uint8Array.of(0, 0, 7, 0xf0)),
  ]);
}

/** Empty, one nonce, some, at the top, or all of it; the last one with a goal met soon. */
function randomRange(random: Random, work: Work, shape: number, longest: number): NonceRange {
  const { end } = NonceRange.full(work);
  const length = BigInt(random.between(0, longest));
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

/** All at once on one engine; every case whose answer is another, by name. */
export async function wrongAnswers(
  kind: EngineKind,
  threads: number,
  cases: readonly Case[],
): Promise<readonly string[]> {
  const answers = await withEngine(engineOf(kind, { threads }), (engine) =>
    Promise.all(cases.map(({ work, goal, range }) => engine.mine(work, { target: goal, range }))),
  );
  return cases.flatMap(({ name, answer }, i) => {
    const nonce = answers[i]?.nonce ?? null;
    return nonce === answer ? [] : [`${name}: ${nonce}, not ${answer}`];
  });
}
