import { printableLines } from '../../core/printable.js';
import type { MetricsServer, Mining } from '../../metrics/index.js';
import type { MinerEvent } from '../../miner/events.js';
import { Miner } from '../../miner/loop.js';
import type { Worker, WorkSource } from '../../miner/ports.js';
import type { StratumServerStats } from '../../stratum/index.js';
import { ClusterWorker } from '../../workers/cluster.js';
import { StratumWorker } from '../../workers/stratum.js';
import type { Configured } from '../config/sources.js';
import { endAsHungUp } from '../config/watch.js';
import { EXIT, type ExitCode } from '../exit.js';
import { Interruption } from '../interrupt.js';
import type { Log } from '../log.js';
import { publish } from '../top/publish.js';
import { withLog } from '../with-log.js';
import { devicesSummary } from './devices.js';
import { eventLine } from './event-line.js';
import { appliersOf, preemptionOf } from './hot-settings.js';
import { openMetrics } from './metrics.js';
import { Rates } from './rates.js';
import { runJson, runLine, runSummary } from './report.js';
import type { Notice } from './tables.js';
import { watchSettings } from './watch-settings.js';

export interface SessionOptions extends Configured {
  /** The subcommand. */
  readonly command: string;
  /** Makes both; what it rejects with ends the session before it began. */
  open(onNotice: (notice: Notice) => void): Promise<{ source: WorkSource; worker: Worker }>;
  readonly json: boolean;
}

const TICK_MS = 500;

/** Mines until interrupted, until there are enough blocks, or until the source fails for good. */
export function runSession(options: SessionOptions): Promise<ExitCode> {
  return withLog(options.config, (log) => new Session(options, log).run());
}

class Session {
  readonly #options: SessionOptions;
  readonly #log: Log;
  readonly #rates = new Rates();
  readonly #startMs = performance.now();
  readonly #enough = new AbortController();
  /** By job that is mined now: hashes that a solution costs. */
  readonly #expected = new Map<string, number>();
  readonly #warned = new Set<string>();
  #accepted = 0;
  #blocks: number | undefined;
  #terminalGone = false;

  constructor(options: SessionOptions, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#blocks = options.config.settings.blocks;
  }

  async run(): Promise<ExitCode> {
    const interruption = new Interruption();
    interruption.signal.addEventListener('abort', () => this.#enough.abort());
    const onNotice = ({ level, text }: Notice) => this.#log.write(level, text);
    const { source, worker } = await this.#options.open(onNotice);
    const miner = new Miner(source, worker, {
      preemption: preemptionOf(this.#options.config.settings),
      onEvent: (event) => this.#heard(event),
    });
    const timer = setInterval(() => {
      this.#show(miner, worker);
      this.#warn(worker);
    }, TICK_MS);
    const unpublish = this.#publish(miner, worker);
    const stopWatching = this.#watch(miner, worker, interruption);
    let metrics: MetricsServer | null = null;
    let devices: StratumServerStats | null = null;
    try {
      metrics = await this.#serveMetrics({ miner, source, worker });
      await miner.run(this.#enough.signal);
    } finally {
      stopWatching();
      clearInterval(timer);
      unpublish();
      this.#log.clearStatus();
      this.#warn(worker);
      // While they are connected.
      if (worker instanceof StratumWorker) devices = worker.devices();
      await metrics?.close();
      await source.close();
      await worker.close();
    }
    if (this.#terminalGone) endAsHungUp();
    const { aborted } = interruption.signal;
    const [stats, elapsedMs] = [miner.stats(), this.#elapsedMs];
    const end = aborted ? 'interrupted' : 'done';
    const text = this.#options.json
      ? JSON.stringify({
          ...runJson(end, stats, elapsedMs, source.status()),
          ...(devices === null ? {} : { devices }),
        })
      : printableLines(
          runSummary(stats, elapsedMs) + (devices === null ? '' : `\n\n${devicesSummary(devices)}`),
        );
    process.stdout.write(`${text}\n`);
    return aborted ? EXIT.interrupted : EXIT.done;
  }

  /** For `pow-native top`. */
  #publish(miner: Miner, worker: Worker): () => void {
    const read = () => {
      const { hashes, running, threads } = worker.stats();
      return { hashes, jobs: running, threads, outcomes: miner.stats() };
    };
    return publish(this.#options.command, read, (text) => this.#log.write('debug', text));
  }

  /** Settings are read again when their files change, and on SIGHUP. */
  #watch(miner: Miner, worker: Worker, interruption: Interruption): () => void {
    const { config, load } = this.#options;
    const setBlocks = (blocks: number | undefined) => {
      this.#blocks = blocks;
      this.#stopWhenEnough();
    };
    return watchSettings({
      ...{ config, load, log: this.#log },
      appliers: appliersOf({ miner, worker, log: this.#log, setBlocks }),
      onTerminalGone: () => {
        this.#terminalGone = true;
        interruption.now();
      },
    });
  }

  async #serveMetrics(mining: Mining): Promise<MetricsServer | null> {
    const server = await openMetrics(mining, this.#options.config.settings.metrics);
    if (server !== null) this.#log.write('info', `metrics and health on ${server.url}`);
    return server;
  }

  get #elapsedMs(): number {
    return performance.now() - this.#startMs;
  }

  #show(miner: Miner, worker: Worker): void {
    const stats = miner.stats();
    this.#rates.add(stats, this.#elapsedMs);
    const costs = [...this.#expected.values()];
    const expectedHashes =
      costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost) / costs.length;
    const lanes = costs.length;
    const workers = worker instanceof ClusterWorker ? worker.cluster().workers.length : null;
    const devices = worker instanceof StratumWorker ? worker.overview() : null;
    const facts = { elapsedMs: this.#elapsedMs, lanes, expectedHashes, workers, devices };
    this.#log.showStatus(() => runLine(stats, this.#rates, facts), this.#elapsedMs);
  }

  /** What the worker could not have (an affinity pin, a priority), each once. */
  #warn(worker: Worker): void {
    for (const text of worker.stats().warnings) {
      if (!this.#warned.has(text)) this.#log.write('warn', text);
      this.#warned.add(text);
    }
  }

  #heard(event: MinerEvent): void {
    if (event.kind === 'started') {
      this.#expected.set(event.job.id, event.job.target.expectedHashes);
    }
    if (event.kind === 'ended' || event.kind === 'failed') this.#expected.delete(event.job.id);
    const line = eventLine(event);
    if (line !== null) this.#log.write(line.level, line.text, line.fields);
    if (event.kind !== 'outcome') return;
    if (event.outcome.result === 'accepted' && event.outcome.block) this.#accepted += 1;
    this.#stopWhenEnough();
  }

  #stopWhenEnough(): void {
    if (this.#blocks !== undefined && this.#accepted >= this.#blocks) this.#enough.abort();
  }
}
