import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  BLOCK_LAYOUTS,
  blockText,
  chaincoreHash,
  chaincoreWork,
  difficultyTarget,
  dumpJson,
  type JsonObject,
  meetsDifficulty,
  merkleRootOf,
  parseJson,
  solvedBlockJson,
  transactionId,
} from '../../ts/chaincore/codec.js';
import { Engine, hashBatch, mine, NonceRange, type PowError, verify } from '../../ts/index.js';
import { plainSearch, thrown } from '../fixtures.js';
import { template, vectors } from './vectors.js';

/** Written by other people: what `hash` has to come to. */
function plainHash(text: string): string {
  const once = createHash('sha256').update(text, 'utf8').digest();
  return createHash('sha256').update(once).digest('hex');
}

for (const vector of vectors) {
  const { template: fields, layout, nonce, hash, difficulty } = vector;

  test(`an accepted block is reproduced to the byte: ${vector.note}`, () => {
    const { prefix, suffix } = blockText(fields, layout);
    assert.is(prefix, vector.prefix);
    assert.is(suffix, vector.suffix);
    assert.is(`${prefix}${nonce}${suffix}`, vector.message);
    assert.is(chaincoreHash(fields, layout, nonce), hash);
    assert.ok(meetsDifficulty(hash, difficulty));
    assert.not(meetsDifficulty(hash, 64));
    assert.is(merkleRootOf(fields.transactionIds), fields.merkleRoot);
  });

  test(`mining finds the very nonce that was accepted: ${vector.note}`, async () => {
    const { work, target } = chaincoreWork(fields, layout);
    const range = new NonceRange(vector.start, nonce + 1n);
    const solution = await mine(work, { target, range });
    assert.is(solution?.nonce, nonce);
    assert.is(Buffer.from(solution?.hash ?? []).toString('hex'), hash);
    assert.is(Buffer.from(solution?.message ?? []).toString('utf8'), vector.message);
    assert.ok(verify(work, nonce, target));
  });
}

test('both layouts of a block are among the vectors, and the hash of a template tests itself', () => {
  assert.equal(new Set(vectors.map(({ layout }) => layout)), new Set(BLOCK_LAYOUTS));
  const passed = vectors.filter(({ template: { selfTest } }) => selfTest === 'passed');
  assert.is(passed.length, vectors.length - 1); // one recorded template has no hash
});

for (const layout of BLOCK_LAYOUTS) {
  test(`${layout} layout: nonces of 1 to 20 digits hash as node:crypto says, across every change of width`, () => {
    const { work, target } = chaincoreWork({ ...template, difficulty: 1 }, layout);
    const { prefix, suffix } = blockText({ ...template, difficulty: 1 }, layout);
    const nonces: bigint[] = [0n];
    for (let digits = 1; digits <= 19; digits++) {
      const edge = 10n ** BigInt(digits);
      for (let nonce = edge - 9n; nonce < edge + 9n; nonce++) nonces.push(nonce);
    }
    nonces.push((1n << 64n) - 1n);
    const hashes = hashBatch(nonces.map((nonce) => ({ work, nonce, target })));
    const widths = new Set<number>();
    nonces.forEach((nonce, i) => {
      widths.add(String(nonce).length);
      const expected = plainHash(`${prefix}${nonce}${suffix}`);
      assert.is(Buffer.from(hashes.subarray(i * 32, i * 32 + 32)).toString('hex'), expected);
      assert.is(chaincoreHash({ ...template, difficulty: 1 }, layout, nonce), expected);
    });
    assert.is(widths.size, 20);
  });

  for (const backend of ['native', 'portable'] as const) {
    test(`${layout} layout, ${backend}: a search over a change of width finds what a plain loop finds`, async () => {
      const { work, target } = chaincoreWork({ ...template, difficulty: 2 }, layout);
      const engine = new Engine({ threads: 2, backend });
      let hits = 0;
      let misses = 0;
      try {
        for (const digits of [1n, 2n, 4n, 9n, 10n, 17n, 19n]) {
          const edge = 10n ** digits;
          const start = edge > 300n ? edge - 300n : 0n;
          const range = new NonceRange(start, edge + 300n);
          const plain = plainSearch(work, target, range.start, range.end);
          assert.is((await engine.mine(work, { target, range }))?.nonce ?? null, plain);
          if (plain === null) misses += 1;
          else hits += 1;
        }
      } finally {
        await engine.close();
      }
      assert.ok(hits > 0, `${hits} hits, ${misses} misses`);
    });
  }
}

test('a difficulty is as many zero digits in print order, and no search takes more than 64', () => {
  assert.is(difficultyTarget(0).toHex(), 'f'.repeat(64));
  assert.is(difficultyTarget(3).toHex(), `000${'f'.repeat(61)}`);
  assert.is(difficultyTarget(4).expectedHashes, 16 ** 4);
  assert.is((thrown(() => difficultyTarget(65)) as PowError).argument, 'difficulty');
  assert.not(meetsDifficulty('0000', 4)); // of the right digits, and no hash
  assert.not(meetsDifficulty(`0000${'G'.repeat(60)}`, 4));
});

test('a root pairs text, repeats an odd leaf, and is zeros over nothing', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
  assert.is(merkleRootOf([]), '0'.repeat(64));
  assert.is(merkleRootOf([a]), a);
  assert.is(merkleRootOf([a, b]), plainHash(a + b));
  assert.is(merkleRootOf([a, b, c]), plainHash(plainHash(a + b) + plainHash(c + c)));
});

test('a solved block keeps every literal of the template, with its nonce, and its hash only where it must', () => {
  const nonce = 18446744073709551615n;
  const ours = parseJson(solvedBlockJson(template, 'node', nonce)) as JsonObject;
  assert.not(ours.has('hash'));
  assert.is(dumpJson(ours.get('nonce') ?? null, { keys: 'as-given' }), String(nonce));
  const [transaction] = ours.get('transactions') as JsonObject[];
  // 50.0 has not become 50: the id would be another.
  assert.is(transactionId(transaction as JsonObject), template.transactionIds[0]);
  const theirs = parseJson(solvedBlockJson(template, 'client', nonce)) as JsonObject;
  assert.is(theirs.get('hash'), chaincoreHash(template, 'client', nonce));
  for (const key of template.block.keys()) assert.ok(ours.has(key) || key === 'hash', key);
});

test.run();
