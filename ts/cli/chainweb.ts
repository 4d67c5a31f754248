import { generateKeyPairSync } from 'node:crypto';
import type { Command } from 'commander';
import { WORKERS } from '../workers/registry.js';
import type { CommandRow, SharedFlags } from './command.js';
import type { EngineFlags } from './engine-flags.js';
import { EXIT, type ExitCode, UsageError } from './exit.js';
import { type ThreadsValue, threadsValue, wholeNumber } from './flag-values.js';
import { chainwebSource } from './run/chainweb-source.js';
import { openPair } from './run/pair.js';
import { type LogLevel, runSession } from './run/session.js';
import type { Notice } from './run/tables.js';
import { addWorkerFlags } from './run/worker-flags.js';
import { workerNamed } from './run/workers.js';
import { addSessionFlags, workersHelp } from './run.js';

interface ChainwebCommandFlags extends SharedFlags, EngineFlags {
  readonly node: string;
  readonly tls: boolean;
  readonly worker: string;
  readonly blocks?: number;
  readonly logLevel: LogLevel;
  readonly threadCount?: ThreadsValue;
  readonly timeout: number;
  readonly defaultHttpTimeout?: number;
  readonly generateKey?: true;
}

/** The official client's flags for workers that are not here. */
const FLAGS_OF_OTHERS = [
  { flags: '--external-worker-cmd <command>', worker: 'external' },
  { flags: '--stratum-port <port>', worker: 'stratum' },
  { flags: '--stratum-interface <host>', worker: 'stratum' },
  { flags: '--stratum-difficulty <d>', worker: 'stratum' },
  { flags: '-s, --stratum-rate <ms>', worker: 'stratum' },
  { flags: '--on-demand-interface <host>', worker: 'on-demand' },
  { flags: '--on-demand-port <port>', worker: 'on-demand' },
] as const;

export const chainweb: CommandRow = {
  name: 'chainweb',
  summary: "Mine for a Chainweb node, with the official client's flags",
  example: `pow-native chainweb --node 127.0.0.1:1848 --no-tls --public-key ${'0'.repeat(64)} --worker cpu`,
  addFlags(command) {
    command
      .option('-n, --node <host:port|url>', 'service port of the node', 'localhost:1848')
      .option('-t, --tls', 'speak TLS')
      .option('--no-tls', 'do not (default)');
    addSessionFlags(command);
    command
      .option('-c, --thread-count <n>', 'the same as --threads', threadsValue)
      .option('--default-http-timeout <us>', '--timeout in microseconds', wholeNumber(1, 3.6e9))
      .option('--generate-key', 'print a new key pair, and mine nothing');
    chainwebSource.addFlags(command);
    for (const row of WORKERS) addWorkerFlags(command, row);
    command.optionsGroup('Of use with other workers only:');
    for (const { flags, worker } of FLAGS_OF_OTHERS) command.option(flags, `with ${worker}`);
    command.addHelpText('after', workersHelp());
  },
  run: async (command) => runChainweb(command, command.opts<ChainwebCommandFlags>()),
};

async function runChainweb(command: Command, given: ChainwebCommandFlags): Promise<ExitCode> {
  if (given.generateKey === true) return generateKey(given.json === true);
  const worker = workerNamed(given.worker);
  const flags = {
    ...given,
    threads: given.threadCount ?? given.threads,
    timeout:
      given.defaultHttpTimeout === undefined ? given.timeout : given.defaultHttpTimeout / 1e6,
  };
  return runSession({
    open: (onNotice) => {
      tellUnused(command, onNotice);
      const url = nodeUrl(flags.node, flags.tls === true);
      return openPair({ source: chainwebSource, url, worker, command, flags, onNotice });
    },
    blocks: flags.blocks ?? null,
    logLevel: flags.logLevel,
    json: flags.json === true,
  });
}

/** `HOST:PORT`, or a URL that says by itself whether it is TLS. */
function nodeUrl(node: string, tls: boolean): string {
  if (/^https?:\/\//i.test(node)) return node;
  const url = `${tls ? 'https' : 'http'}://${node}`;
  if (URL.canParse(url) && /:\d+$/.test(node)) return url;
  throw new UsageError('--node', `expected HOST:PORT or a URL, got ${node}`);
}

function tellUnused(command: Command, onNotice: (notice: Notice) => void): void {
  for (const row of FLAGS_OF_OTHERS) {
    const option = command.options.find(({ flags }) => flags === row.flags);
    if (option === undefined) continue;
    if (command.getOptionValueSource(option.attributeName()) !== 'cli') continue;
    const text = `${option.long} is of use with --worker ${row.worker} only`;
    onNotice({ level: 'warn', text });
  }
}

/** Ed25519, as 64 hex digits each. */
function generateKey(json: boolean): ExitCode {
  const { x = '', d = '' } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const [publicKey, privateKey] = [x, d].map((part) =>
    Buffer.from(part, 'base64url').toString('hex'),
  );
  const text = json
    ? JSON.stringify({ public: publicKey, private: privateKey })
    : `public:  ${publicKey}\nprivate: ${privateKey}`;
  process.stdout.write(`${text}\n`);
  return EXIT.done;
}
