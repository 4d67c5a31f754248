import { HOPELESS, nonceWriter } from '../ts/cli/bench/measure.js';
import { PEERS } from '../ts/cli/bench/peers.js';
import { BENCH_WORKS, type BenchWork } from '../ts/cli/bench/works.js';
import { Engine, hash, NonceRange, Work } from '../ts/index.js';
import { selectBackend } from '../ts/native/select.js';
import { type RateCase, rateSuite } from './rates.js';

/** Hashed per op by a peer. */
const PEER_NONCES = 1000;
/** Hashed per op by mine(). */
const NONCES = selectBackend().kind === 'native' ? 1 << 20 : 1 << 14;

/** Peers on the nonces of one work; each answer is checked before any is timed. */
async function peerCases({ layout, work: options }: BenchWork): Promise<RateCase[]> {
  const work = new Work(options);
  const cases: RateCase[] = [];
  for (const { name, load } of PEERS) {
    const peerHash = await load(work.algorithm);
    if (peerHash === null) continue;
    const { message, write } = nonceWriter(work);
    write(1);
    if (Buffer.compare(peerHash(message), hash(work, 1n)) !== 0)
      throw new Error(`${name} is wrong`);
    const run = () => {
      for (let nonce = 0; nonce < PEER_NONCES; nonce++) {
        write(nonce);
        peerHash(message);
      }
    };
    cases.push({ name: `${layout}, ${name}`, unit: 'hashes/s', perOp: PEER_NONCES, run });
  }
  return cases;
}

const engine = new Engine({ threads: 1, priority: 'normal' });
const range = new NonceRange(0n, BigInt(NONCES));
const cases: RateCase[] = [];
// The nonces of ChainCore text have no fixed width: no peer writes them in place.
for (const row of BENCH_WORKS.filter(({ layout }) => layout !== 'chaincore')) {
  const run = async () => {
    await engine.mine(new Work(row.work), { target: HOPELESS, range });
  };
  cases.push({ name: `${row.layout}, mine()`, unit: 'hashes/s', perOp: NONCES, run });
  cases.push(...(await peerCases(row)));
}
await rateSuite('peers', cases);
await engine.close();
