import { Argument } from 'commander';
import type { CommandRow, SharedFlags } from './command.js';
import { addConfigFlags, withConfig } from './config/sources.js';
import type { EngineFlags } from './engine-flags.js';
import { openPair } from './run/pair.js';
import { runSession } from './run/session.js';
import { sourceUrl } from './run/source-url.js';
import { sourceAt } from './run/sources.js';
import { workerNamed } from './run/workers.js';
import { addMiningFlags, workersHelp } from './run.js';

type StratumFlags = SharedFlags & EngineFlags;

export const stratum: CommandRow = {
  name: 'stratum',
  summary: 'Serve devices that speak Stratum: run with the worker stratum',
  example: `pow-native stratum serve --source chainweb+http://127.0.0.1:1848 --public-key ${'0'.repeat(64)}`,
  addFlags(command) {
    command.addArgument(new Argument('<what>', 'what is to be done').choices(['serve']));
    command.option('--source <url>');
    addMiningFlags(command);
    addConfigFlags(command);
    command.addHelpText('after', workersHelp());
  },
  run: (command) =>
    withConfig(command, async ({ config, load }) => {
      const flags = command.opts<StratumFlags>();
      const { row, url } = sourceAt(sourceUrl(config, 'run'));
      const worker = workerNamed('stratum');
      return runSession({
        command: 'stratum',
        open: (onNotice) => openPair({ source: row, url, worker, command, flags, onNotice }),
        ...{ config, load },
        json: flags.json === true,
      });
    }),
};
