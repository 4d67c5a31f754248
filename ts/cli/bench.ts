import type { Command } from 'commander';
import { workPlan } from '../core/work.js';
import { type Algorithm, Work } from '../index.js';
import { selectBackend } from '../native/select.js';
import { describeMachine } from './bench/machine.js';
import { type MeasureOptions, measureMine, measurePeer } from './bench/measure.js';
import { PEERS } from './bench/peers.js';
import {
  type BenchReport,
  benchText,
  type KernelFigure,
  type MineFigure,
  type PeerFigure,
} from './bench/report.js';
import { BENCH_WORKS } from './bench/works.js';
import type { CommandRow, SharedFlags } from './command.js';
import { EXIT, type ExitCode } from './exit.js';
import { positiveNumber } from './flag-values.js';
import { interruptSignal } from './interrupt.js';
import { LiveStatus } from './live-status.js';

interface BenchFlags extends SharedFlags {
  readonly quick?: true;
  readonly seconds: number;
}

/** Per figure with `--quick`: enough to see that all of it runs, too little to trust. */
const QUICK_MS = 60;

export const bench: CommandRow = {
  name: 'bench',
  summary: 'Measure the kernels, mine() and other packages in one run',
  example: 'pow-native bench --seconds 0.5',
  addFlags(command: Command) {
    command
      .option('--seconds <s>', 'time per figure', positiveNumber, 1)
      .option('--quick', 'see that everything runs; the figures are rough');
  },
  run: (command) => runBench(command.opts<BenchFlags>()),
};

async function runBench(flags: BenchFlags): Promise<ExitCode> {
  const options: MeasureOptions = {
    milliseconds: flags.quick === true ? QUICK_MS : flags.seconds * 1000,
    signal: interruptSignal(),
  };
  const status = new LiveStatus(process.stderr);
  const machine = describeMachine(selectBackend().kind);
  try {
    const kernels = await kernelFigures(options, status);
    const mine = await mineFigures(options, status, machine.cores);
    const peers = await peerFigures(options, status);
    status.clear();
    const report: BenchReport = { machine, kernels, mine, peers };
    const text = flags.json === true ? JSON.stringify(report) : benchText(report);
    process.stdout.write(`${text}\n`);
    return EXIT.done;
  } finally {
    status.clear();
  }
}

/** Lets a pending Ctrl+C be heard between two figures that do not wait for anything. */
async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal.throwIfAborted();
}

async function kernelFigures(options: MeasureOptions, status: LiveStatus): Promise<KernelFigure[]> {
  const backend = selectBackend();
  const figures: KernelFigure[] = [];
  for (const { layout, work: workOptions } of BENCH_WORKS) {
    const work = new Work(workOptions);
    const { algorithm } = work;
    for (const kernel of backend.kernels()) {
      if (kernel.algorithm !== algorithm || !kernel.available) continue;
      await breathe(options.signal);
      status.say(`timing ${layout} on the kernel ${kernel.name}`);
      const plan = workPlan(work, 'work');
      const row = backend.benchKernel(plan, kernel.name, Math.ceil(options.milliseconds));
      figures.push({
        algorithm,
        layout,
        kernel: kernel.name,
        hashesPerSecond: row.hashes / row.seconds,
        cyclesPerHash: row.cyclesPerHash,
      });
    }
  }
  return figures;
}

async function mineFigures(
  options: MeasureOptions,
  status: LiveStatus,
  cores: number,
): Promise<MineFigure[]> {
  const figures: MineFigure[] = [];
  for (const row of BENCH_WORKS) {
    for (const threads of new Set([1, cores])) {
      status.say(`timing mine() for ${row.layout} on ${threads} of ${cores} cores`);
      const hashesPerSecond = await measureMine(row, threads, options);
      figures.push({ algorithm: row.work.algorithm, layout: row.layout, threads, hashesPerSecond });
    }
  }
  return figures;
}

async function peerFigures(options: MeasureOptions, status: LiveStatus): Promise<PeerFigure[]> {
  const figures: PeerFigure[] = [];
  const seen = new Set<Algorithm>();
  for (const row of BENCH_WORKS) {
    const { algorithm } = row.work;
    if (seen.has(algorithm)) continue;
    seen.add(algorithm);
    for (const peer of PEERS) {
      const hash = await peer.load(algorithm);
      if (hash === null) continue;
      await breathe(options.signal);
      status.say(`timing ${peer.name} on ${row.layout}`);
      const hashesPerSecond = measurePeer(row, hash, options);
      figures.push({ name: peer.name, version: peer.version(), algorithm, hashesPerSecond });
    }
  }
  return figures;
}
