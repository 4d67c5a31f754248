/** A source that is being read, and solutions of its jobs by a plain loop. */

import { ChaincoreSource, type ChaincoreSourceOptions } from '../../../ts/chaincore/index.js';
import { digestOf } from '../../../ts/core/digest.js';
import type { Found, Job } from '../../../ts/miner/ports.js';
import type { Notice } from '../../../ts/miner/source-health.js';
import { until } from '../../until.js';
import { WALLET } from '../devnet/mined.js';

/** What ends everything that tests opened; in reverse order. */
const endings: (() => Promise<unknown>)[] = [];

/** For `test.after.each`: a test that fails leaves nothing running. */
export async function endEverything(): Promise<void> {
  for (const end of endings.splice(0).reverse()) await end();
}

/** Has it closed when the test is over, whatever becomes of that. */
export function closeLater<T extends { close(): Promise<unknown> }>(what: T): T {
  endings.push(() => what.close());
  return what;
}

export interface Running {
  readonly source: ChaincoreSource;
  readonly notices: readonly Notice[];
  /** Every job that was ever given out, in order. */
  readonly jobs: readonly Job[];
  /** The newest live job; `null`: none. */
  live(): Job | null;
  /** Why the stream of jobs ended, once it has; `null` by itself. */
  readonly end: Promise<unknown>;
  /** The live job, as soon as there is one that `isWanted`. */
  next(isWanted?: (job: Job) => boolean): Promise<Job>;
  /** Whether something was said that has these words. */
  said(words: RegExp): boolean;
}

export function runSource(
  url: string | readonly string[],
  options: Partial<ChaincoreSourceOptions> = {},
): Running {
  const notices: Notice[] = [];
  const source = closeLater(
    new ChaincoreSource({
      ...{ url, wallet: WALLET, seed: 1, tipMs: 10 },
      retry: { firstMs: 1, eagerMs: 20, patientMs: 20 },
      onNotice: (notice) => notices.push(notice),
      ...options,
    }),
  );
  const jobs: Job[] = [];
  let live: Job | null = null;
  const read = async () => {
    try {
      for await (const [job] of source.jobs(new AbortController().signal)) {
        live = job ?? null;
        if (job !== undefined && jobs.at(-1)?.id !== job.id) jobs.push(job);
      }
      return null;
    } catch (error) {
      return error;
    }
  };
  return {
    ...{ source, notices, jobs, end: read() },
    live: () => live,
    async next(isWanted = () => true) {
      await until('the job comes', () => live !== null && isWanted(live));
      return live as unknown as Job;
    },
    said: (words) => notices.some(({ text }) => words.test(text)),
  };
}

/** A job with its nonce found, from `start` on. */
export function foundIn(job: Job, start = 0n): Found {
  const { work, roll } = job.work(0n);
  const text = Buffer.from(work.message);
  const { offset } = work.nonce;
  for (let nonce = start; ; nonce += 1n) {
    const digits = Buffer.from(String(nonce));
    const message = new Uint8Array(
      Buffer.concat([text.subarray(0, offset), digits, text.subarray(offset)]),
    );
    const hash = digestOf('sha256d', message);
    if (job.target.isMetBy(hash, 'be')) return { job, roll, solution: { nonce, hash, message } };
  }
}

export const submit = (source: ChaincoreSource, found: Found) =>
  source.submit(found, new AbortController().signal);
