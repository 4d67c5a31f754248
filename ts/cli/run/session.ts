import { printable, printableLines } from '../../core/printable.js';
import type { MetricsServer, Mining } from '../../metrics/index.js';
import type { MinerEvent } from '../../miner/events.js';
import { Miner } from '../../miner/loop.js';
import type { Worker, WorkSource } from '../../miner/ports.js';
import type { Config } from '../config/load.js';
import { LOG_LEVELS, type LogLevel } from '../config/schema/session.js';
import { EXIT, type ExitCode } from '../exit.js';
import { interruptSignal } from '../interrupt.js';
import { LiveStatus } from '../live-status.js';
import { openMetrics } from './metrics.js';
import { Rates } from './rates.js';
import { runJson, runLine, runSummary, starvedLine } from './report.js';
import type { Notice } from './tables.js';

export interface SessionOptions {
  /** Makes both; what it rejects with ends the session before it began. */
  open(onNotice: (notice: Notice) => void): Promise<{ source: WorkSource; worker: Worker }>;
  readonly config: Config;
  readonly json: boolean;
}

const TICK_MS = 500;
const LOG_EVERY_MS = 10_000;

/** Mines until interrupted, until there are enough blocks, or until the source fails for good. */
export async function runSession(options: SessionOptions): Promise<ExitCode> {
  const session = new Session(options);
  return session.run();
}

class Session {
  readonly #options: SessionOptions;
  readonly #status = new LiveStatus(process.stderr, { logEveryMs: LOG_EVERY_MS });
  readonly #rates = new Rates();
  readonly #startMs = performance.now();
  readonly #enough = new AbortController();
  /** By job that is mined now: hashes that a solution costs. */
  readonly #expected = new Map<string, number>();
  readonly #warned = new Set<string>();
  #accepted = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  async run(): Promise<ExitCode> {
    const interrupted = interruptSignal();
    interrupted.addEventListener('abort', () => this.#enough.abort());
    const onNotice = (notice: Notice) => this.#log(notice.level, notice.text);
    const { source, worker } = await this.#options.open(onNotice);
    const miner = new Miner(source, worker, { onEvent: (event) => this.#heard(event) });
    const timer = setInterval(() => {
      this.#show(miner);
      this.#warn(worker);
    }, TICK_MS);
    let metrics: MetricsServer | null = null;
    try {
      metrics = await this.#serveMetrics({ miner, source, worker });
      await miner.run(this.#enough.signal);
    } finally {
      clearInterval(timer);
      this.#status.clear();
      this.#warn(worker);
      await metrics?.close();
      await source.close();
      await worker.close();
    }
    const result = interrupted.aborted ? 'interrupted' : 'done';
    const [stats, elapsedMs] = [miner.stats(), this.#elapsedMs];
    const text = this.#options.json
      ? JSON.stringify(runJson(result, stats, elapsedMs, source.status()))
      : printableLines(runSummary(stats, elapsedMs));
    process.stdout.write(`${text}\n`);
    return interrupted.aborted ? EXIT.interrupted : EXIT.done;
  }

  async #serveMetrics(mining: Mining): Promise<MetricsServer | null> {
    const server = await openMetrics(mining, this.#options.config.settings.metrics);
    if (server !== null) this.#log('info', `metrics and health on ${server.url}`);
    return server;
  }

  get #elapsedMs(): number {
    return performance.now() - this.#startMs;
  }

  #show(miner: Miner): void {
    const stats = miner.stats();
    this.#rates.add(stats, this.#elapsedMs);
    const costs = [...this.#expected.values()];
    const expectedHashes =
      costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost) / costs.length;
    const facts = { elapsedMs: this.#elapsedMs, lanes: costs.length, expectedHashes };
    const line = () => printable(runLine(stats, this.#rates, facts));
    this.#status.showLine(line, this.#elapsedMs);
  }

  /** What the worker could not have (an affinity pin, a priority), each once. */
  #warn(worker: Worker): void {
    for (const text of worker.stats().warnings) {
      if (!this.#warned.has(text)) this.#log('warn', text);
      this.#warned.add(text);
    }
  }

  #heard(event: MinerEvent): void {
    switch (event.kind) {
      case 'started':
        this.#expected.set(event.job.id, event.job.target.expectedHashes);
        this.#log('debug', `${event.job.lane}: new work`);
        break;
      case 'ended':
        this.#expected.delete(event.job.id);
        break;
      case 'refused':
        this.#log('warn', `${event.job.lane}: the worker cannot mine it: ${event.reason}`);
        break;
      case 'failed':
        this.#expected.delete(event.job.id);
        this.#log('error', `${event.job.lane}: ${messageOf(event.error)}`);
        break;
      case 'undelivered':
        this.#log('error', `${event.found.job.lane}: ${messageOf(event.error)}`);
        break;
      case 'starved':
        this.#log('warn', starvedLine(event));
        break;
      case 'outcome':
        this.#outcome(event);
    }
  }

  #outcome({ found, outcome }: Extract<MinerEvent, { kind: 'outcome' }>): void {
    const { result, block, reason } = outcome;
    const what = block ? 'block' : 'share';
    const why = reason === undefined ? '' : `: ${reason}`;
    const line = `${result} ${what}  ${found.job.lane}  nonce ${found.solution.nonce}${why}`;
    this.#log(result === 'accepted' ? 'info' : 'warn', line);
    if (result !== 'accepted' || !block) return;
    this.#accepted += 1;
    if (this.#accepted === this.#options.config.settings.blocks) this.#enough.abort();
  }

  /** Everything that comes from outside ends up here: no control character goes further. */
  #log(level: LogLevel, text: string): void {
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(this.#options.config.settings.log.level))
      return;
    const mark = level === 'error' || level === 'warn' ? `${level}: ` : '';
    this.#status.note(`${mark}${printable(text)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
