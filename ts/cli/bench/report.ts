import type { Algorithm } from '../../index.js';
import { hashRate } from '../quantities.js';
import { textTable } from '../table.js';
import type { Machine } from './machine.js';

/** One kernel on one thread, the loop in the backend itself. */
export interface KernelFigure {
  readonly algorithm: Algorithm;
  readonly layout: string;
  readonly kernel: string;
  readonly hashesPerSecond: number;
  /** Core cycles, the least over many short runs; `null` where they cannot be counted. */
  readonly cyclesPerHash: number | null;
}

/** `mine()` as a program calls it. */
export interface MineFigure {
  readonly algorithm: Algorithm;
  readonly layout: string;
  readonly threads: number;
  readonly hashesPerSecond: number;
}

/** Another package on one thread, on the first layout of the algorithm. */
export interface PeerFigure {
  readonly name: string;
  readonly version: string;
  readonly algorithm: Algorithm;
  readonly hashesPerSecond: number;
}

/** What `bench --json` prints. */
export interface BenchReport {
  readonly machine: Machine;
  readonly kernels: readonly KernelFigure[];
  readonly mine: readonly MineFigure[];
  readonly peers: readonly PeerFigure[];
}

/** The same for people. */
export function benchText({ machine, kernels, mine, peers }: BenchReport): string {
  const { cpu, cores, node, platform, backend, date } = machine;
  return [
    `${cpu}, ${cores} cores, Node ${node} on ${platform}, ${backend} backend, ${date}`,
    '',
    'Kernels, one thread',
    textTable(
      ['algorithm', 'layout', 'kernel', '>hash rate', '>cycles/hash'],
      kernels.map((row) => [
        row.algorithm,
        row.layout,
        row.kernel,
        hashRate(row.hashesPerSecond),
        row.cyclesPerHash?.toFixed(1) ?? '-',
      ]),
    ),
    '',
    'mine()',
    textTable(
      ['algorithm', 'layout', '>threads', '>hash rate'],
      mine.map((row) => [
        row.algorithm,
        row.layout,
        String(row.threads),
        hashRate(row.hashesPerSecond),
      ]),
    ),
    '',
    'Other packages, one thread, same work',
    textTable(
      ['algorithm', 'package', 'version', '>hash rate'],
      peers.map((row) => [row.algorithm, row.name, row.version, hashRate(row.hashesPerSecond)]),
    ),
  ].join('\n');
}
