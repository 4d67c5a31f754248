/** What this machine can do, measured: half of it in a tenth of a second at the start. */

import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { availableCpus } from '../../core/available-cpus.js';
import {
  ALGORITHMS,
  type Algorithm,
  type Backend,
  type EngineStats,
} from '../../native/contract.js';
import type { Capabilities } from '../queue.js';

/** Of each algorithm: enough for a first guess, the results say more. */
const BENCH_MS = 30;
/** As long as the header of a block. */
const MESSAGE_BYTES = 80;

/** Hashes a second of one thread, by algorithm; none where no kernel is. */
export type ThreadRates = Readonly<Partial<Record<Algorithm, number>>>;

/** Blocks the caller for a tenth of a second. */
export function measureThread(backend: Backend, kernels: EngineStats['kernels']): ThreadRates {
  const rates: Partial<Record<Algorithm, number>> = {};
  for (const algorithm of ALGORITHMS) {
    const kernel = kernels[algorithm];
    if (kernel === 'none') continue;
    const message = new Uint8Array(MESSAGE_BYTES);
    const nonce = {
      nonceOffset: MESSAGE_BYTES - 8,
      nonceEncoding: 'u64le',
      nonceDigits: null,
    } as const;
    const work = { algorithm, message, ...nonce, hashOrder: 'le' } as const;
    const { hashes, seconds } = backend.benchKernel(work, kernel, BENCH_MS);
    rates[algorithm] = hashes / seconds;
  }
  return rates;
}

/** What changes while a node runs. */
export interface NodeState {
  readonly threads: number;
  readonly cpuLimit: number;
  readonly kernels: EngineStats['kernels'];
  readonly datasets: readonly string[];
  readonly serves: Capabilities['serves'];
}

export function capabilitiesOf(backend: Backend, rates: ThreadRates, now: NodeState): Capabilities {
  const { threads, cpuLimit, kernels, datasets, serves } = now;
  const cores = availableCpus();
  // More threads than cores hash no faster.
  const share = Math.min(threads, cores) * (cpuLimit / 100);
  const hashesPerSecond = Object.fromEntries(
    Object.entries(rates).map(([algorithm, rate]) => [algorithm, Math.round(rate * share)]),
  );
  const features = backend.cpuFeatures();
  return {
    version: packageVersion(),
    ...{ cores, threads, ramMb: Math.round(memoryBytes() / 2 ** 20), hashesPerSecond, datasets },
    features: [...features, ...ALGORITHMS.map((algorithm) => `${algorithm}:${kernels[algorithm]}`)],
    aes: features.includes('aes'),
    serves,
  };
}

/** Of the machine, or what its cgroup grants where that is less. */
function memoryBytes(): number {
  const granted = process.constrainedMemory?.() ?? 0;
  return granted > 0 ? Math.min(granted, totalmem()) : totalmem();
}

function packageVersion(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
