/** A source and a worker that fit together, opened. */

import type { Command } from 'commander';
import type { Worker, WorkSource } from '../../miner/ports.js';
import type { WorkerRow } from '../../workers/row.js';
import type { EngineFlags } from '../engine-flags.js';
import { UsageError } from '../exit.js';
import type { Notice, SourceRow } from './tables.js';
import { unusedFlags } from './worker-flags.js';
import { openWorkerWith } from './workers.js';

export interface PairOptions {
  readonly source: SourceRow;
  /** Of the source, without its scheme. */
  readonly url: string;
  readonly worker: WorkerRow;
  readonly command: Command;
  readonly flags: EngineFlags;
  onNotice(notice: Notice): void;
}

/**
 * Nothing is left open when it rejects.
 *
 * @returns rejects with a UsageError for a pair that cannot work, and for a flag that is wrong
 */
export async function openPair(
  options: PairOptions,
): Promise<{ readonly source: WorkSource; readonly worker: Worker }> {
  const { source: row, url, worker: workerRow, command, flags, onNotice } = options;
  const reason = whyNot(row, workerRow);
  if (reason !== null) throw new UsageError('--worker', reason);
  for (const { flag, worker } of unusedFlags(command, workerRow.name)) {
    if (row.uses?.includes(flag)) continue;
    onNotice({ level: 'warn', text: `${flag} is of use with --worker ${worker} only` });
  }
  const worker = await openWorkerWith(workerRow, { command, flags, how: { onNotice } });
  try {
    const source = row.open(url, flags, { proof: workerRow.proof, lanes: worker.lanes, onNotice });
    return { source: workerRow.proof === 'required' ? source : explained(source, options), worker };
  } catch (error) {
    await worker.close();
    throw error;
  }
}

/** Why a source has no use for a worker; `null` when it has. */
export function whyNot(
  source: Pick<SourceRow, 'scheme' | 'proof'>,
  worker: Pick<WorkerRow, 'name' | 'proof'>,
): string | null {
  if (worker.proof === 'required' || source.proof === 'may be off') return null;
  return `${worker.name} does no proof of work, and ${source.scheme} takes none without`;
}

/** The same source, which says once what it means when a node wants the work that is not done. */
function explained(source: WorkSource, { worker, onNotice }: PairOptions): WorkSource {
  let isTold = false;
  return {
    jobs: (signal) => source.jobs(signal),
    status: () => source.status(),
    close: () => source.close(),
    async submit(found, signal) {
      const outcome = await source.submit(found, signal);
      if (!isTold && outcome.result === 'rejected' && /\bpow\b|proof/i.test(outcome.reason ?? '')) {
        isTold = true;
        const cure = 'start the node with proof of work off, or choose another worker (cpu)';
        const text = `the node asks for proof of work, and ${worker.name} does none: ${cure}`;
        onNotice({ level: 'warn', text });
      }
      return outcome;
    },
  };
}
