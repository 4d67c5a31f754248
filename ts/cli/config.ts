import { Argument, type Command } from 'commander';
import { printable } from '../core/printable.js';
import { addOfficialFlags } from './chainweb.js';
import type { CommandRow, SharedFlags } from './command.js';
import { flagLayer } from './config/flags.js';
import { type Config, ConfigError, loadConfig } from './config/load.js';
import { shownSettings, showText } from './config/show.js';
import { addConfigFlags, sourcesOf } from './config/sources.js';
import { EXIT, type ExitCode } from './exit.js';
import { jsonText } from './json-text.js';

const ACTIONS = {
  show: 'every setting, its value and the layer that set it; secrets masked',
  check: 'says what is wrong, or nothing; exit code 2 as the miner would end with',
} as const;

export const config: CommandRow = {
  name: 'config',
  summary: 'Show the settings that run and chainweb would mine with, or check them',
  example: 'pow-native config show --threads 2 --json',
  addFlags(command) {
    const names = Object.keys(ACTIONS);
    command.addArgument(new Argument('<action>', 'show or check').choices(names));
    addOfficialFlags(command);
    addConfigFlags(command);
    const rows = Object.entries(ACTIONS).map(([name, what]) => `  ${name.padEnd(5)}  ${what}`);
    command.addHelpText('after', `\nActions:\n${rows.join('\n')}`);
  },
  async run(command) {
    const { json } = command.opts<SharedFlags>();
    return command.args[0] === 'check'
      ? check(command, json === true)
      : show(command, json === true);
  },
};

async function show(command: Command, json: boolean): Promise<ExitCode> {
  const loaded = await loadConfig(command, flagLayer(command), sourcesOf(command));
  tellNotices(loaded);
  const text = json
    ? jsonText({ settings: shownSettings(loaded), notices: loaded.notices })
    : showText(loaded);
  process.stdout.write(`${text}\n`);
  return EXIT.done;
}

async function check(command: Command, json: boolean): Promise<ExitCode> {
  try {
    const loaded = await loadConfig(command, flagLayer(command), sourcesOf(command, true));
    tellNotices(loaded);
    const done = json ? jsonText({ result: 'done', problems: [] }) : 'no problem found';
    process.stdout.write(`${done}\n`);
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof ConfigError) || !json) throw error;
    process.stdout.write(`${jsonText({ result: 'failed', problems: error.problems })}\n`);
    return EXIT.usage;
  }
}

function tellNotices({ notices }: Config): void {
  for (const notice of notices) process.stderr.write(`warn: ${printable(notice)}\n`);
}
