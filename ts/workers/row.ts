/** One kind of worker, as the registry lists it. */

import type { Clock } from '../miner/clock.js';
import type { Job, Worker } from '../miner/ports.js';

/** What a worker may say to people. Control characters are out of it already. */
export interface WorkerNotice {
  readonly level: 'debug' | 'info' | 'warn';
  readonly text: string;
}

/** What a worker gets besides its options. */
export interface WorkerHow {
  readonly onNotice?: ((notice: WorkerNotice) => void) | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
}

/** A row of `registry.ts`. Command line, configuration and tests walk the rows. */
export interface WorkerRow {
  readonly name: string;
  readonly summary: string;
  /** `unchecked`: it does no work, and needs a node that asks for none. */
  readonly proof: Job['proof'];
  /** What each option means, by name. */
  readonly options: Readonly<Record<string, string>>;
  /**
   * @param options - of the row's names alone; values are checked by the worker
   * @throws {@link PowError} `POW_ARGUMENT` whose `argument` is the name of an option; rejects
   *   with it, too
   */
  open(options: object, how: WorkerHow): Promise<Worker>;
}

/** A row whose options are those of the type, each described: no more and no less. */
export function workerRow<Options extends object>(row: {
  readonly name: string;
  readonly summary: string;
  readonly proof: Job['proof'];
  readonly options: Readonly<Record<keyof Options & string, string>>;
  readonly open: (options: Options, how: WorkerHow) => Worker | Promise<Worker>;
}): WorkerRow {
  return { ...row, open: async (options, how) => row.open(options as Options, how) };
}
