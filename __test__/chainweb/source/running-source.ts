/** A source that is being read, and the node that it mines for. */

import { type Devnet, type DevnetOptions, openDevnet } from '../../../ts/chainweb/index.js';
import type { ChainwebSourceOptions } from '../../../ts/chainweb/source/settings.js';
import { ChainwebSource } from '../../../ts/chainweb/source.js';
import type { Job } from '../../../ts/miner/ports.js';
import type { Notice } from '../../../ts/miner/source-health.js';

const KEY = 'ab'.repeat(32);
export const miner = { account: `k:${KEY}`, predicate: 'keys-all', publicKeys: [KEY] };

/** Whatever takes longer than this hangs, and its test fails. */
const OVERDUE_MS = 240_000;

/** For all that is to be answered: a machine that is busy for seconds makes no failure. */
export const PATIENT = {
  timeoutMs: 240_000,
  connectTimeoutMs: 240_000,
  confirmMs: 240_000,
} as const;

/** What ends everything that tests opened; in reverse order. */
const endings: (() => Promise<unknown>)[] = [];

/** For `test.after.each`: a test that fails leaves nothing running. */
export async function endEverything(): Promise<void> {
  for (const end of endings.splice(0).reverse()) await end();
}

/** A node that asks for very little work, unless told otherwise. */
export async function openNode(options: DevnetOptions = {}): Promise<Devnet> {
  const node = await openDevnet({ port: 0, difficulty: 4, window: 0, ...options });
  endings.push(() => node.close());
  return node;
}

/** Has it closed when the test is over, whatever becomes of that. */
export function closeLater<T extends { close(): Promise<unknown> }>(what: T): T {
  endings.push(() => what.close());
  return what;
}

export interface Running {
  readonly source: ChainwebSource;
  readonly notices: readonly Notice[];
  /** The newest live set. */
  live(): readonly Job[];
  /** Every job that was ever given out, in order. */
  readonly jobs: readonly Job[];
  /** Why the stream of jobs ended, once it has; `null` by itself. */
  readonly end: Promise<unknown>;
  /** The live set, as soon as it is as wanted; rejects when the stream has ended before. */
  untilLive(isWanted: (live: readonly Job[]) => boolean): Promise<readonly Job[]>;
  stop(): Promise<void>;
}

export function runSource(url: string, options: Partial<ChainwebSourceOptions> = {}): Running {
  const notices: Notice[] = [];
  const source = closeLater(
    new ChainwebSource({
      ...{ ...PATIENT, url, miner, seed: 1, onNotice: (notice) => notices.push(notice) },
      ...options,
    }),
  );
  const stop = new AbortController();
  const jobs: Job[] = [];
  const seen = new Set<string>();
  const waiting = new Set<() => void>();
  let live: readonly Job[] = [];
  let ended = false;
  const look = () => {
    for (const check of [...waiting]) check();
  };
  const read = async () => {
    try {
      for await (const set of source.jobs(stop.signal)) {
        live = set;
        for (const job of set) if (!seen.has(job.id)) jobs.push(job);
        for (const { id } of set) seen.add(id);
        look();
      }
      return null;
    } catch (error) {
      return error;
    } finally {
      ended = true;
      look();
    }
  };
  const end = read();
  return {
    ...{ source, notices, jobs, end },
    live: () => live,
    untilLive: (isWanted) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('waited too long')), OVERDUE_MS);
        const check = () => {
          if (!ended && !isWanted(live)) return;
          waiting.delete(check);
          clearTimeout(late);
          if (isWanted(live)) resolve(live);
          else reject(new Error('the stream of jobs has ended'));
        };
        waiting.add(check);
        check();
      }),
    async stop() {
      stop.abort();
      await end;
      await source.close();
    },
  };
}

/** Runs `use` with a node and a source. */
export async function withSource(
  options: { readonly node?: DevnetOptions; readonly source?: Partial<ChainwebSourceOptions> },
  use: (running: Running, node: Devnet) => Promise<void>,
): Promise<void> {
  const node = await openNode(options.node);
  const running = runSource(node.url, options.source);
  await use(running, node);
  await running.stop();
  await node.close();
}
