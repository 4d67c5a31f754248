import type { Command } from 'commander';
import { printableLines } from '../core/printable.js';
import {
  addQuestionFlags,
  answerAtOnce,
  answerOf,
  type QuestionFlags,
} from './chainweb/questions.js';
import type { CommandRow, SharedFlags } from './command.js';
import { addConfigFlags, withConfig } from './config/sources.js';
import type { EngineFlags } from './engine-flags.js';
import { EXIT, type ExitCode } from './exit.js';
import { threadsValue, wholeNumber } from './flag-values.js';
import { openPair } from './run/pair.js';
import { runSession } from './run/session.js';
import { sourceUrl } from './run/source-url.js';
import { sourceAt } from './run/sources.js';
import { workerNamed } from './run/workers.js';
import { addMiningFlags, workersHelp } from './run.js';

type ChainwebCommandFlags = SharedFlags & EngineFlags & QuestionFlags;

export const chainweb: CommandRow = {
  name: 'chainweb',
  summary: "Mine for a Chainweb node, with the official client's flags",
  example: `pow-native chainweb --node 127.0.0.1:1848 --no-tls --public-key ${'0'.repeat(64)} --worker cpu`,
  addFlags(command) {
    addOfficialFlags(command);
    addConfigFlags(command);
    addQuestionFlags(command);
    command.addHelpText('after', workersHelp());
  },
  run: async (command) => runChainweb(command, command.opts<ChainwebCommandFlags>()),
};

/** Those of the official client that are settings, and our own. */
export function addOfficialFlags(command: Command): void {
  command
    .option('-n, --node <host:port|url>')
    .option('-t, --tls')
    .option('--no-tls', 'do not (default)');
  addMiningFlags(command);
  command
    .optionsGroup('Of the official client:')
    .option('-c, --thread-count <n>', 'the same as --threads', threadsValue)
    .option('--default-http-timeout <us>', '--timeout in microseconds', wholeNumber(1, 3.6e9));
}

async function runChainweb(command: Command, given: ChainwebCommandFlags): Promise<ExitCode> {
  const answer = answerAtOnce(given, given.json === true);
  if (answer !== null) return print(answer);
  return withConfig(command, async (configured) => {
    const printed = answerOf(given, configured);
    if (printed !== null) return print(printed);
    const { config } = configured;
    const flags = command.opts<ChainwebCommandFlags>();
    const { row, url } = sourceAt(sourceUrl(config, 'chainweb'));
    const worker = workerNamed(config.settings.worker);
    return runSession({
      command: 'chainweb',
      open: (onNotice) => openPair({ source: row, url, worker, command, flags, onNotice }),
      ...configured,
      json: flags.json === true,
    });
  });
}

function print(text: string): ExitCode {
  process.stdout.write(`${printableLines(text)}\n`);
  return EXIT.done;
}
