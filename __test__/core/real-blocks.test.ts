import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { NonceRange } from '../../ts/index.js';
import { engineKinds, engineOf, withEngine } from '../backends.js';
import { solvedBlocks } from '../fixtures.js';

const TOP = 1n << 64n;

/** 2^24 nonces around the real one; 2^14 where TypeScript does the hashing. */
function around(nonce: bigint, backend: string): NonceRange {
  const half = backend === 'native' ? 1n << 23n : 1n << 13n;
  const start = nonce < half ? 0n : nonce - half;
  return new NonceRange(start, start + 2n * half > TOP ? TOP : start + 2n * half);
}

for (const kind of engineKinds.filter(({ algorithms }) => algorithms.includes('blake2s'))) {
  test(`${kind.name} finds the nonce of every real block, and no other, under the block’s own target`, async () => {
    assert.ok(solvedBlocks.length >= 12);
    await withEngine(engineOf(kind), async (engine) => {
      for (const { work, nonce, target, hashHex } of solvedBlocks) {
        const range = around(nonce, kind.backend.kind);
        const solution = await engine.mine(work, { target, range });
        assert.is(solution?.nonce, nonce);
        assert.is(Buffer.from(solution?.hash ?? []).toString('hex'), hashHex);
        const rest = new NonceRange(nonce + 1n, range.end);
        assert.is(await engine.mine(work, { target, range: rest }), null);
      }
    });
  });
}

test.run();
