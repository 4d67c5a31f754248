import { type Command, Option } from 'commander';
import { STEP_RULES } from '../chaincore/difficulty.js';
import {
  type ChaincoreDevnet,
  type ChaincoreDevnetEvent,
  type ChaincoreDevnetOptions,
  openChaincoreDevnet,
  type StepRule,
} from '../chaincore/index.js';
import type { CommandRow, SharedFlags } from './command.js';
import { EXIT, type ExitCode, underFlag } from './exit.js';
import { positiveNumber, wholeNumber } from './flag-values.js';
import { interruptSignal, untilAborted } from './interrupt.js';
import { sayer } from './sayer.js';

interface DevnodeFlags extends SharedFlags {
  readonly host: string;
  readonly port: number;
  readonly peer?: readonly string[];
  readonly requirePeers?: true;
  readonly data?: string;
  readonly reward: number;
  readonly rate: number;
  readonly syncInterval: number;
  readonly difficulty: number;
  readonly adjust: boolean;
  readonly blockTime: number;
  readonly interval: number;
  readonly step: StepRule;
  readonly maxStep: number;
  readonly minDifficulty: number;
  readonly maxDifficulty: number;
  readonly ruleFile?: string;
}

export const devnode: CommandRow = {
  name: 'devnode',
  summary: 'Run a ChainCore node for development: mine against it on this machine',
  example: 'pow-native chaincore devnode --port 5000 --difficulty 4 --data chain.journal',
  addFlags(command) {
    addNodeFlags(command);
    addDifficultyFlags(command);
    command.addHelpText('after', ABOUT);
  },
  run: (command) => runDevnode(command.opts<DevnodeFlags>()),
};

const ABOUT = `
Two nodes that are given each other's address exchange blocks; both need the same difficulty flags.
With --json, one JSON object per line: where it listens, then every block. SIGHUP reads --rule-file
again. It runs until it is interrupted (exit code 130).`;

function addNodeFlags(command: Command): void {
  const peers = (url: string, before: readonly string[] = []) => [...before, url];
  command
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--port <n>', '0 takes any that is free', wholeNumber(0, 65_535), 5000)
    .option('--peer <url>', 'exchange blocks with this node; repeatable', peers)
    .option('--require-peers', 'hand out no work while no peer is there, as a real node')
    .option('--data <file>', 'keep blocks here, and go on with them at the next start')
    .option('--reward <coins>', 'of a block, beside its fees', wholeNumber(0, 1_000_000), 50)
    .option('--rate <n>', 'requests of an address in a second; 0: any', wholeNumber(0, 1e6), 1000)
    .option('--sync-interval <s>', 'how often peers are asked', positiveNumber, 1);
}

function addDifficultyFlags(command: Command): void {
  const level = wholeNumber(1, 12);
  command
    .optionsGroup('Difficulty (leading zero hex digits):')
    .option('--difficulty <n>', 'of the first blocks, and after an override', level, 4)
    .option('--no-adjust', 'it stays as it is')
    .option('--block-time <s>', 'what it is adjusted to', positiveNumber, 10)
    .option('--interval <blocks>', 'between two adjustments', wholeNumber(2, 10_000), 10)
    .addOption(
      new Option('--step <rule>', 'the nearest whole step, or the thresholds of ChainCore')
        .choices(STEP_RULES)
        .default('logarithmic'),
    )
    .option('--max-step <n>', 'most that one adjustment changes', wholeNumber(1, 4), 4)
    .option('--min-difficulty <n>', 'lower bound', level, 1)
    .option('--max-difficulty <n>', 'upper bound', level, 12)
    .option('--rule-file <file>', 'JSON with the rule, instead of these flags');
}

async function runDevnode(flags: DevnodeFlags): Promise<ExitCode> {
  const interrupted = interruptSignal();
  const say = sayer(flags.json === true, lineOf);
  const node = await open(flags, say);
  const reload = () => void node.reloadRule('SIGHUP');
  process.on('SIGHUP', reload);
  try {
    say({ kind: 'listening', url: node.url, length: node.length });
    await untilAborted(interrupted);
    return EXIT.interrupted;
  } finally {
    process.off('SIGHUP', reload);
    await node.close();
  }
}

interface Listening {
  readonly kind: 'listening';
  readonly url: string;
  /** Blocks of the chain, genesis included. */
  readonly length: number;
}

type Said = ChaincoreDevnetEvent | Listening;

function lineOf(said: Said): string {
  switch (said.kind) {
    case 'listening':
      return `listening on ${said.url} (${said.length} blocks)`;
    case 'extended':
      return `block ${said.index}  difficulty ${said.difficulty}  ${said.hash}`;
    case 'side':
      return `block ${said.index}  difficulty ${said.difficulty}  at the side: ${said.hash}`;
    case 'reorganised':
      return `block ${said.index}  difficulty ${said.difficulty}  ${said.hash}: ${said.left} blocks left the chain`;
    default:
      return `${said.kind}: ${said.reason}`;
  }
}

/** Flags whose bounds the node itself knows best. */
const FLAG_OF: Readonly<Record<string, string>> = {
  'rule.baseline': '--difficulty',
  'rule.minimum': '--min-difficulty',
  'rule.blockSeconds': '--block-time',
  ruleFile: '--rule-file',
  rule: '--rule-file',
  dataFile: '--data',
  url: '--peer',
  syncMs: '--sync-interval',
};

async function open(
  flags: DevnodeFlags,
  onEvent: (event: ChaincoreDevnetEvent) => void,
): Promise<ChaincoreDevnet> {
  try {
    return await openChaincoreDevnet({ ...optionsOf(flags), onEvent });
  } catch (error) {
    throw underFlag(error, FLAG_OF);
  }
}

function optionsOf(flags: DevnodeFlags): ChaincoreDevnetOptions {
  return {
    host: flags.host,
    port: flags.port,
    peers: flags.peer,
    mineAlone: flags.requirePeers !== true,
    dataFile: flags.data,
    reward: flags.reward,
    requestsPerSecond: flags.rate,
    syncMs: Math.max(1, Math.round(flags.syncInterval * 1000)),
    ruleFile: flags.ruleFile,
    rule: {
      baseline: flags.difficulty,
      adjust: flags.adjust,
      blockSeconds: flags.blockTime,
      interval: flags.interval,
      step: flags.step,
      maxStep: flags.maxStep,
      minimum: flags.minDifficulty,
      maximum: flags.maxDifficulty,
    },
  };
}
