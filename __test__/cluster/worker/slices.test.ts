import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Slice, Slices } from '../../../ts/cluster/worker/slices.js';

test('slices are every nonce once, in order, and what is scanned is what is below the first gap', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 });
  const picks = fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(fc.nat({ max: 50 }), sizes, picks, (length, most, order) => {
      const slices = new Slices(100n, 100n + BigInt(length));
      const open: Slice[] = [];
      const hashed = new Set<bigint>();
      let next = 100n;
      for (let i = 0; !slices.isDone && i < 1000; i++) {
        const pick = order[i % order.length] ?? 0;
        if (slices.left > 0n && (open.length === 0 || pick % 3 === 0)) {
          const slice = slices.cut(BigInt(most[i % most.length] ?? 1));
          assert.is(slice.start, next);
          assert.ok(slice.end > slice.start);
          next = slice.end;
          open.push(slice);
          continue;
        }
        const slice = open[pick % open.length] as Slice;
        const upTo = slice.doneTo + 1n + (BigInt(pick) % (slice.end - slice.doneTo));
        for (let nonce = slice.doneTo; nonce < upTo; nonce++) hashed.add(nonce);
        slices.note(slice, upTo);
        if (slice.doneTo === slice.end) open.splice(open.indexOf(slice), 1);
        let gap = 100n;
        while (hashed.has(gap)) gap += 1n;
        assert.is(slices.scannedTo, gap);
      }
      assert.ok(slices.isDone);
      assert.is(slices.scannedTo, 100n + BigInt(length));
    }),
  );
});

test('a rest that is less than half a slice goes with the last one', () => {
  const slices = new Slices(0n, 24n);
  assert.is(slices.cut(10n).end, 10n);
  assert.is(slices.cut(10n).end, 24n);
  assert.is(slices.left, 0n);
});

test('what begins at its end, or beyond, is done', () => {
  for (const start of [7n, 9n]) {
    const slices = new Slices(start, 7n);
    assert.ok(slices.isDone);
    assert.is(slices.left, 0n);
    assert.is(slices.scannedTo, 7n);
  }
});

test.run();
