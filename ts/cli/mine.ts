import { type Command, Option } from 'commander';
import { printable } from '../core/printable.js';
import { type Algorithm, Engine, type Progress, type Solution } from '../index.js';
import { ALGORITHMS, NONCE_ENCODINGS } from '../native/contract.js';
import { selectBackend } from '../native/select.js';
import type { CommandRow, SharedFlags } from './command.js';
import { addEngineFlags, type EngineFlags, openWithFlags } from './engine-flags.js';
import { EXIT, type ExitCode, UsageError } from './exit.js';
import { hexOf, hexPrefix, nonceValue, positiveNumber, wholeNumber } from './flag-values.js';
import { Interrupted, interruptSignal } from './interrupt.js';
import { LAYOUTS } from './layouts.js';
import { LiveStatus } from './live-status.js';
import { jsonReport, type SearchReport, textReport } from './mine-report.js';
import { type SearchFlags, type SearchRequest, searchRequest } from './mine-request.js';
import { publish } from './top/publish.js';

type MineFlags = SearchFlags & EngineFlags & SharedFlags;

export const mine: CommandRow = {
  name: 'mine',
  summary: 'Search one range of nonces for the lowest that wins',
  example:
    'pow-native mine --layout custom --algorithm sha256 --nonce-encoding decimal --nonce-offset 13 ' +
    '--hash-order be --work 48656c6c6f2c20776f726c6421 --leading-zero-bits 16',
  addFlags(command) {
    addSearchFlags(command);
    addCustomFlags(command);
    addEngineFlags(command, 'How:');
    command.addHelpText('after', layoutHelp());
  },
  run: (command) => runMine(command.opts<MineFlags>()),
};

function addSearchFlags(command: Command): void {
  command
    .addOption(
      new Option('--layout <name>', 'what the work is')
        .choices(LAYOUTS.map((row) => row.name))
        .makeOptionMandatory(),
    )
    .requiredOption('--work <hex|@file>', 'hex digits, or @ and a file of the raw bytes')
    .option('--target <hex>', 'a hash at or below it wins: 64 big-endian digits', hexOf(32))
    .option('--difficulty <d>', "the same in the layout's own unit", positiveNumber)
    .option('--leading-zero-bits <n>', 'the same as a power of two', wholeNumber(0, 256))
    .option('--pattern <hex>', 'instead of a target: how the digest begins', hexPrefix)
    .option('--start <nonce>', 'first nonce, decimal or 0x hex (default: 0)', nonceValue)
    .option('--end <nonce>', 'end of the range, not part of it (default: all)', nonceValue);
}

function addCustomFlags(command: Command): void {
  command
    .optionsGroup('With --layout custom:')
    .addOption(new Option('--algorithm <name>', 'hash function').choices(ALGORITHMS))
    .option('--nonce-offset <bytes>', 'where the nonce goes', wholeNumber(0, 1 << 20))
    .addOption(
      new Option('--nonce-encoding <name>', 'binary is overwritten, text is inserted').choices(
        NONCE_ENCODINGS,
      ),
    )
    .option('--digits <n>', 'text only: fixed width, padded with zeros', wholeNumber(1, 20))
    .addOption(
      new Option('--hash-order <order>', 'how the hash bytes read as a number').choices([
        'le',
        'be',
      ]),
    );
}

function layoutHelp(): string {
  const width = Math.max(...LAYOUTS.map((row) => row.name.length));
  const lines = LAYOUTS.map((row) => `  ${row.name.padEnd(width)}  ${row.summary}`);
  return `
Layouts:
${lines.join('\n')}

Without a goal, chainweb and bitcoin use the target that the header states.
Exit codes: 0 found, 1 failed, 2 bad usage, 3 range exhausted, 130 interrupted.`;
}

async function runMine(flags: MineFlags): Promise<ExitCode> {
  const request = searchRequest(flags);
  const engine = openWithFlags(flags, (options) => {
    requireKernel(flags, request.work.algorithm);
    return new Engine(options);
  });
  try {
    for (const note of request.notes) process.stderr.write(`${note}\n`);
    const report = await search(engine, request);
    const text = flags.json === true ? JSON.stringify(jsonReport(report)) : textReport(report);
    process.stdout.write(`${text}\n`);
    return EXIT_OF[report.result];
  } finally {
    await engine.close();
  }
}

const EXIT_OF: Readonly<Record<SearchReport['result'], ExitCode>> = {
  found: EXIT.done,
  exhausted: EXIT.exhausted,
  interrupted: EXIT.interrupted,
};

/** A kernel that one algorithm has may be missing for another. */
function requireKernel({ backend, kernel }: EngineFlags, algorithm: Algorithm): void {
  const [name, source] =
    kernel === undefined
      ? [process.env['POW_NATIVE_KERNEL'], 'POW_NATIVE_KERNEL']
      : [kernel, '--kernel'];
  if (name === undefined || (name === '' && kernel === undefined)) return;
  const names = selectBackend(backend)
    .kernels()
    .filter((row) => row.algorithm === algorithm && row.available)
    .map((row) => row.name);
  if (names.includes(name)) return;
  throw new UsageError(
    source,
    `expected ${names.join(' or ')} for ${algorithm}, got ${name || 'nothing'}`,
  );
}

async function search(engine: Engine, request: SearchRequest): Promise<SearchReport> {
  const { work, target, range } = request;
  const status = new LiveStatus(process.stderr);
  const signal = interruptSignal();
  const startMs = performance.now();
  const unpublish = publish('mine', () => {
    const { hashes, threads } = engine.stats();
    const ageMs = performance.now() - startMs;
    const job = { id: 'mine', lane: work.algorithm, hashes, ageMs };
    return { hashes, threads, jobs: [job], outcomes: null };
  });
  let result: SearchReport['result'] = 'exhausted';
  let solution: Solution | null = null;
  try {
    const onProgress = (progress: Progress) => status.show(progress);
    solution = await engine.mine(work, { target, range, signal, onProgress });
    if (solution !== null) result = 'found';
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    result = 'interrupted';
  } finally {
    unpublish();
    status.clear();
  }
  const elapsedMs = performance.now() - startMs;
  const { backend, threads, kernels, hashes, warnings } = engine.stats();
  for (const text of warnings) process.stderr.write(`warn: ${printable(text)}\n`);
  return {
    result,
    solution,
    work,
    target,
    hashes,
    elapsedMs,
    backend,
    threads: threads.length,
    kernel: kernels[work.algorithm],
  };
}
