import { performance } from 'node:perf_hooks';
import type { Command } from 'commander';
import type { ChaincoreSource } from '../chaincore/index.js';
import type { Worker } from '../miner/ports.js';
import { CpuWorker } from '../workers/cpu.js';
import { type Cores, defaultThreads, detectCores } from './chaincore/cores.js';
import { RangedWorker } from './chaincore/ranged-worker.js';
import { HashHistory, type SessionFacts, statsJson, statsText } from './chaincore/session-stats.js';
import { devnode } from './chaincore-devnode.js';
import type { CommandRow, SharedFlags } from './command.js';
import { LayerBuilder } from './config/layers.js';
import { type Config, loadConfig } from './config/load.js';
import { addEngineFlags, type EngineFlags, openWithFlags } from './engine-flags.js';
import { EXIT, type ExitCode, UsageError } from './exit.js';
import { positiveNumber, wholeNumber } from './flag-values.js';
import { addChaincoreFlags, type ChaincoreFlags, openChaincore } from './run/chaincore-source.js';
import { runSession } from './run/session.js';
import type { Notice } from './run/tables.js';

interface ChaincoreCommandFlags extends SharedFlags, EngineFlags, ChaincoreFlags {
  readonly node?: readonly string[];
  readonly timeout: number;
  readonly blocks?: number;
  readonly stats?: true;
  readonly quiet?: true;
  readonly verbose?: true;
  readonly workers?: number;
  readonly disableAffinity?: true;
  readonly workerRange?: number;
  readonly singleCore?: true;
  readonly showCores?: true;
}

const NODE = 'http://localhost:5000';
const SAMPLE_MS = 1_000;
const MOST_THREADS = 1024;

export const chaincore: CommandRow = {
  name: 'chaincore',
  summary: "Mine for a ChainCore node, with its mining client's flags",
  example:
    'pow-native chaincore --node http://127.0.0.1:5000 --wallet 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
  subcommands: [devnode],
  addFlags(command) {
    const urls = (url: string, before: readonly string[] = []) => [...before, url];
    command.option(
      '-n, --node <url>',
      `API of a node; repeatable, for when one fails (${NODE})`,
      urls,
    );
    addChaincoreFlags(command, '-w, --wallet <address>');
    command
      .option('--timeout <s>', 'for one height; then a new round begins', positiveNumber, 120)
      .option('--ca <file>', 'PEM file of the authorities to trust')
      .option('--insecure', 'take any certificate')
      .option('--blocks <n>', 'stop after so many accepted blocks', wholeNumber(1, 1e9))
      .option('--stats', 'on exit: rates, outcomes, CPU, memory, latency')
      .option('-q, --quiet', 'say only what is wrong')
      .option('-v, --verbose', 'say more')
      .option('--show-cores', 'show what the processor has, and mine nothing');
    addEngineFlags(command, 'Threads:');
    command
      .option(
        '--workers <n>',
        'the same as --threads (default: one for each core)',
        wholeNumber(1, MOST_THREADS),
      )
      .option('--single-core', 'the same as --threads 1')
      .option('--disable-affinity', 'the same as --affinity none')
      .option(
        '--worker-range <n>',
        'nonces of each thread, then a new template (default: all)',
        wholeNumber(1, 1e12),
      );
    command.addHelpText('after', ABOUT);
  },
  run: (command) => runChaincore(command, command.opts<ChaincoreCommandFlags>()),
};

const ABOUT = `
It mines until it is interrupted (exit code 130). Log lines go to stderr, what it came to in the
end to stdout; with --json and --stats, the numbers are a second object. Exit codes: 0 enough
blocks, 1 failed, 2 bad usage, 130 interrupted.`;

async function runChaincore(command: Command, flags: ChaincoreCommandFlags): Promise<ExitCode> {
  const cores = detectCores();
  if (flags.showCores === true) return showCores(cores, flags.json === true);
  const session = new StatsSession();
  const load = () => configOf(command, flags);
  try {
    return await runSession({
      command: 'chaincore',
      open: async (onNotice) => session.opened(openBoth(command, flags, cores, onNotice)),
      config: await load(),
      load,
      json: flags.json === true,
    });
  } finally {
    session.close();
    if (flags.stats === true) session.print(flags.json === true);
  }
}

/** Settings of the environment, and the flags of this command above them. */
async function configOf(command: Command, flags: ChaincoreCommandFlags): Promise<Config> {
  const { env } = process;
  const sources = { files: [], remote: null, environment: env, fresh: false };
  const config = await loadConfig(command, new LayerBuilder('flag', null), sources);
  const { settings } = config;
  const level =
    flags.quiet === true ? 'error' : flags.verbose === true ? 'debug' : settings.log.level;
  const { blocks = settings.blocks } = flags;
  return { ...config, settings: { ...settings, blocks, log: { ...settings.log, level } } };
}

interface Both {
  readonly source: ChaincoreSource;
  readonly worker: Worker;
}

function openBoth(
  command: Command,
  flags: ChaincoreCommandFlags,
  cores: Cores,
  onNotice: (notice: Notice) => void,
): Both {
  const { node = [NODE], timeout, workerRange } = flags;
  const threads = threadsOf(command, flags, cores);
  const source = openChaincore(node, flags, timeout, { onNotice });
  const affinity = flags.disableAffinity === true ? 'none' : flags.affinity;
  const count = typeof threads === 'number' ? threads : defaultThreads(cores);
  const batchNonces = workerRange === undefined ? undefined : workerRange * count;
  const cpu = openWithFlags({ ...flags, threads, affinity }, (options) => {
    return new CpuWorker({ ...options, batchNonces });
  });
  const worker = new RangedWorker({
    worker: cpu,
    range: batchNonces === undefined ? 'all' : 'one-batch',
    onExhausted: (job, hashes) => source.ranOut(job, hashes),
  });
  return { source, worker };
}

function threadsOf(
  command: Command,
  { threads, workers, singleCore }: ChaincoreCommandFlags,
  cores: Cores,
): EngineFlags['threads'] {
  const isGiven = command.getOptionValueSource('threads') === 'cli';
  const given = [isGiven, workers !== undefined, singleCore === true].filter(Boolean).length;
  if (given > 1)
    throw new UsageError(
      '--threads',
      'expected only one of --threads, --workers and --single-core',
    );
  if (singleCore === true) return 1;
  if (workers !== undefined) return workers;
  return isGiven ? threads : defaultThreads(cores);
}

/** Reads the numbers now and then, so that there is something to sum up. Never holds the process. */
class StatsSession {
  readonly #history = new HashHistory();
  readonly #startMs = performance.now();
  readonly #cpuStart = process.cpuUsage();
  #both: Both | null = null;
  #timer: NodeJS.Timeout | null = null;

  opened(both: Both): Both {
    this.#both = both;
    this.#sample(both);
    this.#timer = setInterval(() => this.#sample(both), SAMPLE_MS).unref();
    return both;
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    if (this.#both !== null) this.#sample(this.#both);
  }

  print(json: boolean): void {
    if (this.#both === null) return; // it never began
    const { source, worker } = this.#both;
    const { user, system } = process.cpuUsage(this.#cpuStart);
    const facts: SessionFacts = {
      history: this.#history,
      worker: worker.stats(),
      source: source.status(),
      outcomes: source.outcomes,
      elapsedMs: performance.now() - this.#startMs,
      cpuMicros: user + system,
      memoryBytes: process.memoryUsage.rss(),
    };
    const text = json ? JSON.stringify({ stats: statsJson(facts) }) : statsText(facts);
    process.stdout.write(`${text}\n`);
  }

  #sample({ worker }: Both): void {
    const { hashes, threads } = worker.stats();
    const counts = { hashes, threads: threads.map((thread) => thread.hashes) };
    this.#history.add(counts, performance.now());
  }
}

function showCores(cores: Cores, json: boolean): ExitCode {
  const { physical, logical, usable } = cores;
  const text = json
    ? JSON.stringify({ ...cores, threads: defaultThreads(cores) })
    : [
        `physical cores  ${physical ?? 'not known'}`,
        `logical cores   ${logical}`,
        `usable here     ${usable}`,
        `threads         ${defaultThreads(cores)}`,
      ].join('\n');
  process.stdout.write(`${text}\n`);
  return EXIT.done;
}
