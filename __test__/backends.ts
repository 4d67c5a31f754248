/** Every backend and kernel of this machine: the list that tests walk. */

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Algorithm, Engine, type EngineOptions } from '../ts/index.js';
import type { Backend } from '../ts/native/contract.js';
import { selectBackend } from '../ts/native/select.js';

/** Whether the addon must be there: with Rust at hand, a missing addon is a failure, not a skip. */
export const nativeRequired: boolean =
  process.env['POW_NATIVE_BACKEND'] !== 'portable' && hasProgram('cargo');

function hasProgram(name: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => ['', '.exe'].some((ext) => existsSync(join(folder, name + ext))));
}

/** Every backend of this machine. Throws when the addon is required and does not load. */
export const backends: readonly Backend[] = [...native(), selectBackend('portable')];

function native(): Backend[] {
  if (process.env['POW_NATIVE_BACKEND'] === 'portable') return [];
  try {
    return [selectBackend('native')];
  } catch (error) {
    if (nativeRequired) throw error;
    return [];
  }
}

/** One way to make an engine: a backend with one of its kernels forced. */
export interface EngineKind {
  readonly name: string;
  readonly backend: Backend;
  readonly kernel: string;
  /** Algorithms that have this kernel. */
  readonly algorithms: readonly Algorithm[];
}

/** Every kernel that can run here, on every backend. */
export const engineKinds: readonly EngineKind[] = backends.flatMap((backend) => {
  const rows = backend.kernels().filter(({ available }) => available);
  return [...new Set(rows.map(({ name }) => name))].map((kernel) => ({
    name: `${backend.kind} ${kernel}`,
    backend,
    kernel,
    algorithms: rows.filter(({ name }) => name === kernel).map(({ algorithm }) => algorithm),
  }));
});

export function engineOf(kind: EngineKind, options: EngineOptions = {}): Engine {
  return new Engine({ ...options, backend: kind.backend.kind, kernel: kind.kernel });
}

/** Runs `use` with an engine and closes it, whatever happens. */
export async function withEngine<T>(
  engine: Engine,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}
