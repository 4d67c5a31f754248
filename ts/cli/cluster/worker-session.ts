/** A worker of a cluster, or a node of `auto`, from its start to its end: log, live line, `top`, settings that change. */

import type { ClusterWorkerNode } from '../../cluster/worker/node.js';
import { printableLines } from '../../core/printable.js';
import type { MinerEvent } from '../../miner/events.js';
import type { EngineStats } from '../../native/contract.js';
import type { Appliers } from '../config/reload.js';
import type { Configured } from '../config/sources.js';
import { endAsHungUp } from '../config/watch.js';
import { EXIT, type ExitCode } from '../exit.js';
import { Interruption, untilAborted } from '../interrupt.js';
import type { Log } from '../log.js';
import { eventLine } from '../run/event-line.js';
import { Rates } from '../run/rates.js';
import type { Notice } from '../run/tables.js';
import { watchSettings } from '../run/watch-settings.js';
import { publish } from '../top/publish.js';
import { withLog } from '../with-log.js';
import { type WorkerCounts, workerJson, workerLine, workerSummary } from './worker-report.js';

/** A worker, or a node that is one for whoever is master. */
export interface SessionNode
  extends Pick<ClusterWorkerNode, 'over' | 'resize' | 'limitCpu' | 'close'> {
  stats(): WorkerCounts & { readonly engine: Pick<EngineStats, 'threads'> };
  /** Before all else in the live line. */
  readonly role?: string;
}

export interface WorkerSessionOptions extends Configured {
  readonly json: boolean;
  open(how: {
    readonly onNotice: (notice: Notice) => void;
    readonly onEvent: (event: MinerEvent) => void;
  }): Promise<SessionNode>;
}

const TICK_MS = 500;

/** Until it is interrupted, or its queue fails for good. */
export function runWorkerSession(options: WorkerSessionOptions): Promise<ExitCode> {
  return withLog(options.config, (log) => run(options, log));
}

async function run(options: WorkerSessionOptions, log: Log): Promise<ExitCode> {
  const { config, load, open, json } = options;
  const startMs = performance.now();
  const elapsedMs = () => performance.now() - startMs;
  const interruption = new Interruption();
  const node = await open({
    onNotice: ({ level, text }) => log.write(level, text),
    onEvent: (event) => {
      const line = eventLine(event);
      if (line !== null) log.write(line.level, line.text, line.fields);
    },
  });
  const rates = new Rates();
  const timer = setInterval(() => {
    const stats = node.stats();
    rates.add({ hashes: stats.hashes, lanes: [] }, elapsedMs());
    const role = node.role === undefined ? '' : `${node.role} | `;
    log.showStatus(() => role + workerLine(stats, rates.total, elapsedMs()), elapsedMs());
  }, TICK_MS);
  const unpublish = publish(
    'cluster',
    () => factsOf(node),
    (text) => log.write('debug', text),
  );
  let isTerminalGone = false;
  const stopWatching = watchSettings({
    ...{ config, load, log, appliers: appliersOf(node, log) },
    onTerminalGone: () => {
      isTerminalGone = true;
      interruption.now();
    },
  });
  try {
    await Promise.race([node.over, untilAborted(interruption.signal)]);
  } finally {
    stopWatching();
    clearInterval(timer);
    unpublish();
    log.clearStatus();
    await node.close();
  }
  if (isTerminalGone) endAsHungUp();
  const { aborted } = interruption.signal;
  const result = aborted ? 'interrupted' : 'done';
  const stats = node.stats();
  const text = json
    ? JSON.stringify(workerJson(result, stats, elapsedMs()))
    : printableLines(workerSummary(stats, elapsedMs()));
  process.stdout.write(`${text}\n`);
  return aborted ? EXIT.interrupted : EXIT.done;
}

/** For `pow-native top`. */
function factsOf(node: SessionNode) {
  const { hashes, leases, engine } = node.stats();
  const jobs = leases.map(({ unit, ...rest }) => ({ id: unit, ...rest }));
  return { hashes, jobs, threads: engine.threads, outcomes: null };
}

function appliersOf(node: SessionNode, log: Log): Appliers {
  return new Map([
    ['engine.threads', ({ engine }) => node.resize(engine.threads)],
    ['engine.cpuLimit', ({ engine }) => node.limitCpu(engine.cpuLimit)],
    [
      'log.level',
      async (settings) => {
        log.level = settings.log.level;
      },
    ],
  ]);
}
