import { type Command, InvalidArgumentError, Option } from 'commander';
import { FAULT_PLACES, FAULTS, type FaultPlace, parseFault } from '../chainweb/devnet/faults.js';
import {
  type Devnet,
  type DevnetEvent,
  type DevnetOptions,
  type Fault,
  openDevnet,
} from '../chainweb/index.js';
import { printable } from '../core/printable.js';
import type { CommandRow, SharedFlags } from './command.js';
import { EXIT, type ExitCode, underFlag } from './exit.js';
import { hexOf, positiveNumber, wholeNumber } from './flag-values.js';
import { interruptSignal, untilAborted } from './interrupt.js';
import { sayer } from './sayer.js';

interface DevnetFlags extends SharedFlags {
  readonly host: string;
  readonly port: number;
  readonly chains: '10' | '20';
  readonly publicKey?: readonly string[];
  readonly disablePow?: true;
  readonly difficulty: number;
  readonly blockTime: number;
  readonly window: number;
  readonly streamTimeout: number;
  readonly streamLimit: number;
  readonly requestLimit: number;
  readonly refresh?: number;
  readonly data?: string;
  readonly fault?: readonly PlacedFault[];
}

interface PlacedFault {
  readonly place: FaultPlace;
  readonly fault: Fault;
}

export const devnet: CommandRow = {
  name: 'devnet',
  summary: 'Run a Chainweb node for development: mine against it on this machine',
  example: 'pow-native devnet --port 1848 --difficulty 20000 --fault work=delay:200',
  addFlags(command) {
    addNetworkFlags(command);
    addLimitFlags(command);
    command.addHelpText('after', faultHelp());
  },
  run: (command) => runDevnet(command.opts<DevnetFlags>()),
};

function addNetworkFlags(command: Command): void {
  command
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <n>', '0 takes any that is free', wholeNumber(0, 65_535), 1848)
    .addOption(
      new Option('--chains <n>', 'chains, braided as on mainnet')
        .choices(['10', '20'])
        .default('20'),
    )
    .option(
      '--public-key <hex>',
      'let only k:<key> mine; once for each miner (default: everybody may)',
      collected(hexOf(32)),
    )
    .option('--data <file>', 'keep blocks here, and go on with them at the next start')
    .option('--disable-pow', 'take any nonce')
    .option('--difficulty <n>', 'expected hashes of the first blocks', positiveNumber, 100_000)
    .option('--block-time <s>', 'what each chain’s difficulty aims at', positiveNumber, 2)
    .option(
      '--window <blocks>',
      'between adjustments, 30 or more; 0: none',
      wholeNumber(0, 1_000_000),
      30,
    );
}

function addLimitFlags(command: Command): void {
  command
    .option('--stream-timeout <s>', 'length of an update stream, ±10 %', positiveNumber, 240)
    .option('--stream-limit <n>', 'update streams at once', wholeNumber(0, 1_000_000), 2000)
    .option('--request-limit <n>', 'payloads out for work', wholeNumber(0, 1_000_000), 1200)
    .option('--refresh <s>', 'new transactions on every chain this often', positiveNumber)
    .option('--fault <place=kind>', 'fail on purpose; repeatable', collected(faultValue));
}

/** Each time the flag is given adds to the list. */
function collected<T>(parse: (text: string) => T): (text: string, before?: readonly T[]) => T[] {
  return (text, before = []) => [...before, parse(text)];
}

function faultValue(text: string): PlacedFault {
  try {
    return parseFault(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function faultHelp(): string {
  const rows = FAULTS.map(({ kind, value, summary }): [string, string] => [
    value === null ? kind : `${kind}:N`,
    summary,
  ]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return `
Faults (PLACE=KIND; places: ${FAULT_PLACES.join(', ')}):
${rows.map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}

With --json, one JSON object per line: where it listens, then every solution.
It runs until it is interrupted (exit code 130), and begins at
genesis each time unless --data names a file.`;
}

async function runDevnet(flags: DevnetFlags): Promise<ExitCode> {
  const interrupted = interruptSignal();
  const say = sayer(flags.json === true, lineOf);
  const node = await open(flags, say);
  try {
    if (node.cutBytes > 0) {
      const end = `the last ${node.cutBytes} bytes of ${flags.data} were no whole block`;
      process.stderr.write(`warn: ${printable(end)}: cut off\n`);
    }
    for (const { place, fault } of flags.fault ?? []) node.setFault(place, fault);
    say({
      kind: 'listening',
      url: node.url,
      chains: Number(flags.chains),
      pow: flags.disablePow !== true,
    });
    await untilAborted(interrupted);
    return EXIT.interrupted;
  } finally {
    await node.close();
  }
}

interface Listening {
  readonly kind: 'listening';
  readonly url: string;
  readonly chains: number;
  readonly pow: boolean;
}

type Said = DevnetEvent | Listening;

function lineOf(said: Said): string {
  switch (said.kind) {
    case 'listening': {
      const pow = said.pow ? '' : ', no proof of work';
      return `listening on ${said.url} (development, ${said.chains} chains${pow})`;
    }
    case 'extended':
      return `chain ${said.chain}  height ${said.height}  ${said.hash}`;
    case 'orphaned':
      return `chain ${said.chain}  height ${said.height}  orphaned: the cut has moved on`;
    case 'dropped':
      return `chain ${said.chain}  height ${said.height}  dropped: ${said.reason}`;
    case 'refused':
      return `refused: ${said.reason}`;
  }
}

/** Flags whose bounds the node itself knows best. */
const FLAG_OF: Readonly<Record<string, string>> = {
  difficulty: '--difficulty',
  window: '--window',
  blockDelayMs: '--block-time',
  updateStreamTimeoutMs: '--stream-timeout',
  refreshEveryMs: '--refresh',
  dataFile: '--data',
};

async function open(flags: DevnetFlags, onSolved: (event: DevnetEvent) => void): Promise<Devnet> {
  try {
    return await openDevnet({ ...optionsOf(flags), onSolved });
  } catch (error) {
    throw underFlag(error, FLAG_OF);
  }
}

function optionsOf(flags: DevnetFlags): DevnetOptions {
  const miners = flags.publicKey?.map((key) => ({
    account: `k:${key}`,
    predicate: 'keys-all',
    publicKeys: [key],
  }));
  return {
    host: flags.host,
    port: flags.port,
    chains: Number(flags.chains) as 10 | 20,
    dataFile: flags.data,
    miners,
    proofOfWork: flags.disablePow !== true,
    difficulty: flags.difficulty,
    blockDelayMs: milliseconds(flags.blockTime),
    window: flags.window,
    updateStreamTimeoutMs: milliseconds(flags.streamTimeout),
    updateStreamLimit: flags.streamLimit,
    requestLimit: flags.requestLimit,
    refreshEveryMs: flags.refresh === undefined ? 0 : milliseconds(flags.refresh),
  };
}

function milliseconds(seconds: number): number {
  return Math.max(1, Math.round(seconds * 1000));
}
