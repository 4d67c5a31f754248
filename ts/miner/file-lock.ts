/**
 * One process at a time for a file: a second file beside it names the process that has it. A
 * process that was killed leaves that file behind, and it counts for nothing from then on.
 */

import { linkSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { PowError } from '../errors.js';

interface Holder {
  readonly pid: number;
  /** When the process started, in ticks of the system; `null`: it does not say. */
  readonly start: string | null;
}

/** Lock files of this process. */
const heldHere = new Set<string>();

export class FileLock {
  readonly #path: string;
  readonly #text: string;

  /**
   * Takes the lock, or throws at once.
   *
   * @param file - which exists
   * @throws {@link PowError} `POW_ARGUMENT` (`dataFile`) that names the process that has it
   */
  constructor(file: string) {
    this.#path = `${realpathSync(file)}.lock`;
    this.#text = JSON.stringify({ pid: process.pid, start: startOf(process.pid) } satisfies Holder);
    while (!this.#isTaken()) {
      const text = textOf(this.#path);
      if (text === null) continue; // released meanwhile
      const holder = holderOf(text);
      if (holder !== null && this.#isAlive(holder)) {
        const detail = `${file} is in use by process ${holder.pid}: one node at a time`;
        throw new PowError('POW_ARGUMENT', detail, { argument: 'dataFile' });
      }
      this.#putAside(text);
    }
    heldHere.add(this.#path);
  }

  /** Idempotent. */
  release(): void {
    if (!heldHere.delete(this.#path)) return;
    if (textOf(this.#path) === this.#text) rmSync(this.#path, { force: true });
  }

  /** The file comes into being with its text, or not at all. */
  #isTaken(): boolean {
    const draft = `${this.#path}.${process.pid}`;
    writeFileSync(draft, this.#text);
    try {
      linkSync(draft, this.#path);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }

  #isAlive({ pid, start }: Holder): boolean {
    if (pid === process.pid && !heldHere.has(this.#path)) return false; // of one before us
    try {
      process.kill(pid, 0);
    } catch (error) {
      if (codeOf(error) === 'ESRCH') return false;
    }
    const startNow = startOf(pid);
    if (startNow === 'over') return false;
    return start === null || startNow === null || start === startNow;
  }

  /** Of several that do so one succeeds; what is not the lock that was looked at is put back. */
  #putAside(text: string): void {
    const aside = `${this.#path}.${process.pid}.old`;
    try {
      renameSync(this.#path, aside);
      if (textOf(aside) !== text) linkSync(aside, this.#path);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    } finally {
      rmSync(aside, { force: true });
    }
  }
}

function holderOf(text: string): Holder | null {
  try {
    const { pid, start } = JSON.parse(text) as Partial<Holder>;
    return Number.isSafeInteger(pid) && (pid as number) > 0
      ? { pid: pid as number, start: start ?? null }
      : null;
  } catch {
    return null;
  }
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Tells a process from a later one of the same number (Linux, proc(5): field 22 of `stat`).
 *
 * @returns `'over'` for one that has ended and waits for its parent; `null` where nothing says it
 */
function startOf(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // Field 2 is the name in brackets, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'over' : (fields[19] ?? null);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
