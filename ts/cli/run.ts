import { type Command, Option } from 'commander';
import { WORKERS } from '../workers/registry.js';
import type { CommandRow, SharedFlags } from './command.js';
import type { EngineFlags } from './engine-flags.js';
import { wholeNumber } from './flag-values.js';
import { openPair } from './run/pair.js';
import { LOG_LEVELS, type LogLevel, runSession } from './run/session.js';
import { SOURCES, sourceAt } from './run/sources.js';
import { addWorkerFlags } from './run/worker-flags.js';
import { workerNamed } from './run/workers.js';

interface RunFlags extends SharedFlags, EngineFlags {
  readonly source: string;
  readonly worker: string;
  readonly blocks?: number;
  readonly logLevel: LogLevel;
}

export const run: CommandRow = {
  name: 'run',
  summary: 'Mine for a node: any source of work, any worker',
  example: `pow-native run --source chainweb+http://127.0.0.1:1848 --public-key ${'0'.repeat(64)} --worker cpu`,
  addFlags(command) {
    command.requiredOption('--source <url>', 'where work comes from and solutions go');
    addSessionFlags(command);
    for (const row of SOURCES) row.addFlags(command);
    for (const row of WORKERS) addWorkerFlags(command, row);
    command.addHelpText('after', sourcesHelp() + workersHelp());
  },
  async run(command) {
    const flags = command.opts<RunFlags>();
    const { row, url } = sourceAt(flags.source);
    const worker = workerNamed(flags.worker);
    return runSession({
      open: (onNotice) => openPair({ source: row, url, worker, command, flags, onNotice }),
      blocks: flags.blocks ?? null,
      logLevel: flags.logLevel,
      json: flags.json === true,
    });
  },
};

/** Flags of every command that mines for a source. */
export function addSessionFlags(command: Command): void {
  command
    .option('-w, --worker <name>', 'what does the work', 'cpu')
    .option('--blocks <n>', 'stop after so many accepted blocks', wholeNumber(1, 1e9))
    .addOption(
      new Option('-l, --log-level <level>', 'how much is told').choices(LOG_LEVELS).default('info'),
    );
}

function sourcesHelp(): string {
  const rows = SOURCES.map(({ scheme, summary }) => `  ${scheme}+http(s)://HOST:PORT  ${summary}`);
  return `\nSources:\n${rows.join('\n')}\n`;
}

export function workersHelp(): string {
  const width = Math.max(...WORKERS.map(({ name }) => name.length));
  const rows = WORKERS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `
Workers:
${rows.join('\n')}

It mines until it is interrupted (exit code 130). Log lines go to stderr, what it came to in the
end to stdout. Exit codes: 0 enough blocks, 1 failed, 2 bad usage, 130 interrupted.`;
}
