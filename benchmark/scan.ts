import { availableParallelism } from 'node:os';
import { HOPELESS } from '../ts/cli/bench/measure.js';
import { BENCH_WORKS } from '../ts/cli/bench/works.js';
import { Engine, NonceRange, Work } from '../ts/index.js';
import { selectBackend } from '../ts/native/select.js';
import { rateSuite } from './rates.js';

/** Hashed per op: some milliseconds, so that starting a search does not count for much. */
const NONCES = selectBackend().kind === 'native' ? 1 << 20 : 1 << 14;

const range = new NonceRange(0n, BigInt(NONCES));
const engines = [...new Set([1, availableParallelism()])].map((threads) => ({
  threads,
  engine: new Engine({ threads, priority: 'normal' }),
}));

await rateSuite(
  'scan',
  BENCH_WORKS.flatMap(({ layout, work: options }) =>
    engines.map(({ threads, engine }) => ({
      name: `${layout}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
      unit: 'hashes/s' as const,
      perOp: NONCES,
      run: async () => {
        await engine.mine(new Work(options), { target: HOPELESS, range });
      },
    })),
  ),
);
for (const { engine } of engines) await engine.close();
