import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Portion, Portions, restAfter } from '../../ts/miner/variants.js';

/** Variants, nonces of each, the lowest of them, and which of them comes first. */
const spaces = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 40 }), fc.nat({ max: 60 }))
  .chain(([variants, nonces, start]) =>
    fc.record({
      ...{ variants: fc.constant(variants), nonces: fc.constant(nonces) },
      ...{ start: fc.constant(start), first: fc.nat({ max: nonces - 1 }) },
    }),
  );
const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 });

test('each (variant, nonce) is handed out exactly once, in order, whatever the sizes', () => {
  fc.assert(
    fc.property(spaces, sizes, ({ variants, nonces, start, first }, most) => {
      const span = { start: BigInt(start), end: BigInt(start + nonces) };
      const portions = new Portions(BigInt(variants), span, BigInt(start + first));
      const handedOut: string[] = [];
      for (let i = 0; ; i++) {
        const portion = portions.next(BigInt(most[i % most.length] ?? 1));
        if (portion === null) break;
        assert.ok(portion.start < portion.end);
        for (let nonce = portion.start; nonce < portion.end; nonce++) {
          handedOut.push(`${portion.variant}:${nonce}`);
        }
      }
      const expected = Array.from({ length: variants }, (_, variant) =>
        Array.from({ length: nonces }, (_, i) => `${variant}:${start + ((first + i) % nonces)}`),
      );
      assert.equal(handedOut, expected.flat());
      assert.is(portions.next(1n), null);
    }),
  );
});

test('a portion and what is left after its solutions make up the portion', () => {
  fc.assert(
    fc.property(fc.nat({ max: 50 }), fc.uniqueArray(fc.nat({ max: 49 })), (length, wins) => {
      const hashed: bigint[] = [];
      const whole: Portion = { variant: 3n, start: 100n, end: 101n + BigInt(length) };
      const winners = wins.map((win) => 100n + BigInt(win)).sort((a, b) => Number(a - b));
      let portion: Portion | null = whole;
      while (portion !== null) {
        const { start, end }: Portion = portion;
        const nonce: bigint | undefined = winners.find((winner) => winner >= start && winner < end);
        for (let n = start; n <= (nonce ?? end - 1n); n++) hashed.push(n);
        portion = nonce === undefined ? null : restAfter(portion, nonce);
      }
      assert.equal(
        hashed,
        Array.from({ length: length + 1 }, (_, i) => 100n + BigInt(i)),
      );
    }),
  );
});

test('2^64 nonces and a start near their end are handed out without a wrap of the numbers', () => {
  const all = 1n << 64n;
  const portions = new Portions(1n, { start: 0n, end: all }, all - 2n);
  assert.equal(portions.next(all), { variant: 0n, start: all - 2n, end: all });
  assert.equal(portions.next(all), { variant: 0n, start: 0n, end: all - 2n });
  assert.is(portions.next(all), null);
});

test('a variant is used up before the next one begins', () => {
  const portions = new Portions(1n << 40n, { start: 0n, end: 4n });
  const taken = [3n, 3n, 3n].map((most) => portions.next(most));
  assert.equal(taken, [
    { variant: 0n, start: 0n, end: 3n },
    { variant: 0n, start: 3n, end: 4n },
    { variant: 1n, start: 0n, end: 3n },
  ]);
});

test.run();
