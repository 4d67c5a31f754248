import type { Pattern, Solution, Target, Work } from '../index.js';
import { chanceSoFar, count, duration, hashRate, percent } from './quantities.js';

/** How a search of `mine` ended, and what did it. */
export interface SearchReport {
  readonly result: 'found' | 'exhausted' | 'interrupted';
  readonly solution: Solution | null;
  readonly work: Work;
  readonly target: Target | Pattern;
  readonly hashes: number;
  readonly elapsedMs: number;
  readonly backend: string;
  readonly threads: number;
  readonly kernel: string;
}

/** For `--json`. Nonces are text: they do not fit a JSON number. */
export function jsonReport(report: SearchReport): object {
  const { result, solution, work, target, hashes, elapsedMs, backend, threads, kernel } = report;
  return {
    result,
    nonce: solution === null ? null : String(solution.nonce),
    hash: solution === null ? null : hex(solution.hash),
    message: solution === null ? null : hex(solution.message),
    algorithm: work.algorithm,
    hashes,
    expectedHashes: target.expectedHashes,
    elapsedMs,
    hashesPerSecond: perSecond(report),
    backend,
    kernel,
    threads,
  };
}

/** For people. */
export function textReport(report: SearchReport): string {
  const { result, solution, work, target, hashes, elapsedMs, threads, kernel } = report;
  const spent =
    `${count(hashes)} hashes in ${duration(elapsedMs)}, ${hashRate(perSecond(report))} ` +
    `(${work.algorithm}, kernel ${kernel}, ${threads} ${threads === 1 ? 'thread' : 'threads'})`;
  if (solution === null) {
    const chance = percent(chanceSoFar(hashes, target.expectedHashes));
    const ended = result === 'exhausted' ? 'No nonce of the range wins.' : 'Interrupted.';
    return `${ended}\nsearch   ${spent}\nchance   ${chance} for this many hashes`;
  }
  return [
    `nonce    ${solution.nonce} (0x${solution.nonce.toString(16)})`,
    `hash     ${hex(solution.hash)}`,
    `search   ${spent}`,
    'checked  hashed again by node:crypto',
  ].join('\n');
}

function perSecond({ hashes, elapsedMs }: SearchReport): number {
  return elapsedMs > 0 ? (hashes * 1000) / elapsedMs : 0;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
