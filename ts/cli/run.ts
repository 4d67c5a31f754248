import type { Command } from 'commander';
import { WORKERS } from '../workers/registry.js';
import type { CommandRow, SharedFlags } from './command.js';
import { addOwnFlags } from './config/flags.js';
import { addConfigFlags, withConfig } from './config/sources.js';
import type { EngineFlags } from './engine-flags.js';
import { openPair } from './run/pair.js';
import { runSession } from './run/session.js';
import { sourceUrl } from './run/source-url.js';
import { SOURCES, sourceAt } from './run/sources.js';
import { addWorkerFlags } from './run/worker-flags.js';
import { workerNamed } from './run/workers.js';

type RunFlags = SharedFlags & EngineFlags;

export const run: CommandRow = {
  name: 'run',
  summary: 'Mine for a node: any source of work, any worker',
  example: `pow-native run --source chainweb+http://127.0.0.1:1848 --public-key ${'0'.repeat(64)} --worker cpu`,
  addFlags(command) {
    addMiningFlags(command);
    addConfigFlags(command);
    command.addHelpText('after', sourcesHelp() + workersHelp());
  },
  run: (command) =>
    withConfig(command, async ({ config, load }) => {
      const flags = command.opts<RunFlags>();
      const { row, url } = sourceAt(sourceUrl(config, 'run'));
      const worker = workerNamed(config.settings.worker);
      return runSession({
        command: 'run',
        open: (onNotice) => openPair({ source: row, url, worker, command, flags, onNotice }),
        ...{ config, load },
        json: flags.json === true,
      });
    }),
};

/** Flags of every command that mines for a source, each in the syntax of what it is for. */
export function addMiningFlags(command: Command): void {
  addOwnFlags(command);
  for (const row of SOURCES) row.addFlags(command);
  for (const row of WORKERS) addWorkerFlags(command, row);
}

function sourcesHelp(): string {
  const rows = SOURCES.map(({ scheme, form = 'http(s)://HOST:PORT', summary }) => {
    return `  ${scheme}+${form}  ${summary}`;
  });
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
