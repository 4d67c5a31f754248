import type { CommandRow, SharedFlags } from '../command.js';
import { settingsWithout } from '../config/schema.js';
import { addConfigFlags, withConfig } from '../config/sources.js';
import type { EngineFlags } from '../engine-flags.js';
import { openPair } from '../run/pair.js';
import { runSession } from '../run/session.js';
import { sourceUrl } from '../run/source-url.js';
import { SOURCES, sourceAt } from '../run/sources.js';
import { addWorkerFlags } from '../run/worker-flags.js';
import { workerNamed } from '../run/workers.js';

type MasterFlags = SharedFlags & EngineFlags;

/** Not what belongs to other workers: threads are those of whoever joins. */
const OWN = settingsWithout(
  /^(external|stratum|simulation|constant-delay|on-demand|cpu|engine)\.|^worker$/,
);

export const master: CommandRow = {
  name: 'master',
  summary: 'Lend the work of a source to workers that join: run with the worker cluster',
  example: `pow-native cluster master --source chainweb+http://127.0.0.1:1848 --public-key ${'0'.repeat(64)}`,
  addFlags(command) {
    command.option('--source <url>');
    for (const row of SOURCES) row.addFlags(command);
    addWorkerFlags(command, workerNamed('cluster'));
    addConfigFlags(command, OWN);
    command.addHelpText('after', ABOUT);
  },
  run: (command) =>
    withConfig(command, async ({ config, load }) => {
      const flags = command.opts<MasterFlags>();
      const { row, url } = sourceAt(sourceUrl(config, 'run'));
      const worker = workerNamed('cluster');
      return runSession({
        command: 'cluster',
        open: (onNotice) => openPair({ source: row, url, worker, command, flags, onNotice }),
        ...{ config, load },
        json: flags.json === true,
      });
    }),
};

const ABOUT = `
Without keys or certificates it listens on this machine alone. With --cluster-journal it forgets
nothing: the next start goes on with the works that were not done. It runs until it is interrupted
(exit code 130). Exit codes: 0 enough blocks, 1 failed, 2 bad usage, 130 interrupted.`;
