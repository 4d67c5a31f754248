import { availableParallelism, cpus } from 'node:os';

/** Where figures come from. Nothing in it names the host or its user. */
export interface Machine {
  readonly cpu: string;
  /** What the process may use; containers get fewer than the machine has. */
  readonly cores: number;
  readonly node: string;
  readonly platform: string;
  readonly backend: string;
  /** Day and time in UTC, ISO 8601. */
  readonly date: string;
}

export function describeMachine(backend: string): Machine {
  return {
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    backend,
    date: new Date().toISOString(),
  };
}
