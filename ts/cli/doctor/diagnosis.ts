import { cpus } from 'node:os';
import { availableCpus } from '../../core/available-cpus.js';
import { type Algorithm, Engine } from '../../index.js';
import { loadNative } from '../../native/binding.js';
import type { Backend, BackendKind, KernelInfo } from '../../native/contract.js';
import { selectBackend } from '../../native/select.js';
import { KNOWN_ANSWERS } from '../known-answers.js';
import { type SelfTest, selfTest } from './self-test.js';

/** One kernel of this build, and what became of it here. */
export interface KernelDiagnosis {
  readonly algorithm: Algorithm;
  readonly name: string;
  /** Nonces hashed at once. */
  readonly lanes: number;
  readonly available: boolean;
  readonly chosen: boolean;
  /** Why it is, or is not, the chosen one. */
  readonly why: string;
  readonly selfTest: SelfTest;
}

/** Everything `doctor` finds out. Nothing in it names the host or its user. */
export interface Diagnosis {
  /** No self-test failed. */
  readonly healthy: boolean;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cpuFeatures: readonly string[];
  readonly backend: { readonly kind: BackendKind; readonly why: string };
  readonly threads: { readonly default: number; readonly why: string };
  readonly kernels: readonly KernelDiagnosis[];
  /** What an engine with default options could not have (a priority, a pin), in words. */
  readonly warnings: readonly string[];
}

/**
 * Looks at the machine and tests every kernel it has.
 *
 * @throws PowError when no engine opens at all: then its message is the diagnosis
 */
export async function diagnose(): Promise<Diagnosis> {
  const backend = selectBackend();
  const { chosen, warnings, threads } = await defaultEngine();
  const kernels: KernelDiagnosis[] = [];
  for (const kernel of backend.kernels()) {
    kernels.push(await diagnoseKernel(kernel, backend, chosen[kernel.algorithm]));
  }
  return {
    healthy: kernels.every((row) => row.selfTest.result !== 'failed'),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cpuFeatures: backend.cpuFeatures(),
    backend: { kind: backend.kind, why: whyBackend(backend.kind) },
    threads: { default: threads, why: whyThreads() },
    kernels,
    warnings,
  };
}

async function defaultEngine() {
  const engine = new Engine();
  try {
    const { kernels: chosen, warnings, threads } = engine.stats();
    return { chosen, warnings, threads: threads.length };
  } finally {
    await engine.close();
  }
}

async function diagnoseKernel(
  kernel: KernelInfo,
  backend: Backend,
  chosenName: string,
): Promise<KernelDiagnosis> {
  const { algorithm, name, lanes, available } = kernel;
  const chosen = name === chosenName;
  const known = KNOWN_ANSWERS.find(({ work }) => work.algorithm === algorithm);
  return {
    algorithm,
    name,
    lanes,
    available,
    chosen,
    why: whyKernel(kernel, chosen),
    selfTest:
      available && known !== undefined
        ? await selfTest(backend.kind, name, known)
        : { result: 'skipped', work: known?.name ?? 'none', detail: 'not available here' },
  };
}

function whyKernel({ available }: KernelInfo, chosen: boolean): string {
  if (!available) return 'this CPU lacks it';
  const forced = process.env['POW_NATIVE_KERNEL'];
  if (forced)
    return chosen ? 'POW_NATIVE_KERNEL asks for it' : 'POW_NATIVE_KERNEL asks for another';
  return chosen ? 'fastest that this CPU has' : 'a faster one is there';
}

function whyBackend(kind: BackendKind): string {
  const preset = process.env['POW_NATIVE_BACKEND'];
  if (preset && preset !== 'auto') return 'POW_NATIVE_BACKEND asks for it';
  if (kind === 'native') return 'the addon loaded';
  try {
    loadNative();
    return 'the addon did not load at first';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function whyThreads(): string {
  const [usable, present] = [availableCpus(), cpus().length];
  return usable < present
    ? `${usable} of ${present} processors are allowed to this process`
    : 'one for each processor';
}
