/** Which jobs a cluster takes. */

import type { Job } from '../../miner/ports.js';

/** A work goes to every worker in one message of 256 KiB at most; the rest of it is small. */
const MOST_WORK_BYTES = 248 << 10;

/** Jobs are asked about again and again, and making their work is not free. */
const reasons = new WeakMap<Job, string | null>();

/** Why no cluster can mine it; `null` when one can. */
export function refusal(job: Job): string | null {
  if (job.variants < 1n) return 'it has no work: variants is below 1';
  const known = reasons.get(job);
  if (known !== undefined) return known;
  const reason = tooLong(job);
  reasons.set(job, reason);
  return reason;
}

function tooLong(job: Job): string | null {
  let bytes: number;
  try {
    bytes = job.work(0n).work.message.length;
  } catch {
    return null; // told where it is mined
  }
  if (bytes <= MOST_WORK_BYTES) return null;
  return `its work has ${bytes} bytes, and a cluster takes ${MOST_WORK_BYTES}`;
}
