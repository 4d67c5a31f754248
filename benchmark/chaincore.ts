import { createHash } from 'node:crypto';
import { BLOCK_LAYOUTS, blockText, chaincoreWork } from '../ts/chaincore/codec.js';
import { HOPELESS } from '../ts/cli/bench/measure.js';
import { Engine, NonceRange } from '../ts/index.js';
import { selectBackend } from '../ts/native/select.js';
import { rateSuite } from './rates.js';

/** A template as a live node gave it (`__test__/vectors/chaincore.json`, the first). */
const TEMPLATE = {
  index: 1,
  previousHash: '00a8f5f2c7d1e4b3c6d9e2f1a4b7c8d2e5f3a6b9c1d4e7f2a5b8c3d6e9f1a4b7',
  merkleRoot: '2587ffd2fc2724058ac134466d58d95259dabbad4a70ec4101962734ee4bbf3d',
  timestampText: '1795211775.84602',
  difficulty: 12,
};

/** Hashed per op: some milliseconds each. */
const NONCES = selectBackend().kind === 'native' ? 1 << 20 : 1 << 14;
const PLAIN_NONCES = 1 << 13;

/** The stock client draws 32 bits, a worker of ours 64. */
const STARTS = { 10: 1_000_000_000n, 20: 10_000_000_000_000_000_000n } as const;

const engine = new Engine({ threads: 1, priority: 'normal' });
const ours = BLOCK_LAYOUTS.flatMap((layout) =>
  Object.entries(STARTS).map(([digits, start]) => {
    const { work } = chaincoreWork(TEMPLATE, layout);
    const range = new NonceRange(start, start + BigInt(NONCES));
    return {
      name: `${layout} layout, nonces of ${digits} digits, 1 thread`,
      unit: 'hashes/s' as const,
      perOp: NONCES,
      run: async () => {
        await engine.mine(work, { target: HOPELESS, range });
      },
    };
  }),
);

/** What the stock client does: text put together, hashed twice, compared, for every nonce. */
const plain = BLOCK_LAYOUTS.map((layout) => {
  const { prefix, suffix } = blockText(TEMPLATE, layout);
  const zeros = '0'.repeat(TEMPLATE.difficulty);
  return {
    name: `${layout} layout, a plain loop on node:crypto`,
    unit: 'hashes/s' as const,
    perOp: PLAIN_NONCES,
    run: () => {
      const start = Number(STARTS[10]);
      for (let nonce = start; nonce < start + PLAIN_NONCES; nonce++) {
        const once = createHash('sha256').update(`${prefix}${nonce}${suffix}`).digest();
        const hash = createHash('sha256').update(once).digest('hex');
        if (hash.startsWith(zeros)) throw new Error(`a hash of ${zeros.length} zeros: ${nonce}`);
      }
    },
  };
});

await rateSuite('chaincore', [...ours, ...plain]);
await engine.close();
