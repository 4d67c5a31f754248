import { HOPELESS } from '../ts/cli/bench/measure.js';
import { BENCH_WORKS } from '../ts/cli/bench/works.js';
import { Engine, NonceRange, Work } from '../ts/index.js';
import { rateSuite } from './rates.js';

/** Searches per op, each of 4,096 nonces that all lose. */
const SEARCHES = 64;
const range = new NonceRange(0n, 4096n);

const engine = new Engine({ priority: 'normal' });
const [chainweb] = BENCH_WORKS;
if (chainweb === undefined) throw new Error('no work to search');
const work = new Work(chainweb.work);

/** Runs `count` searches, `inFlight` of them at any time. */
async function searches(count: number, inFlight: number): Promise<void> {
  let started = 0;
  const next = async (): Promise<void> => {
    while (started < count) {
      started += 1;
      await engine.mine(work, { target: HOPELESS, range });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, next));
}

await rateSuite(
  'tiny-searches',
  [1, 8, 32].map((inFlight) => ({
    name: `${inFlight} in flight`,
    unit: 'searches/s' as const,
    perOp: SEARCHES,
    run: () => searches(SEARCHES, inFlight),
    budgets: inFlight < 8 ? [] : [{ of: 'value', bound: 'at least', limit: 20_000 } as const],
  })),
);
await engine.close();
