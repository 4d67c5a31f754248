/** What a node of `auto` must remember over restarts: one small file, whole or not there. */

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { PowError } from '../../errors.js';
import { MOST_EPOCH } from '../statement.js';
import type { Memory } from './election.js';

const NOTHING: Memory = { epoch: 0, led: 0 };

export class MemoryFile {
  readonly #path: string;
  #kept: Memory;

  /** @throws {@link PowError} `POW_ARGUMENT` for a file that is something else */
  constructor(path: string) {
    this.#path = path;
    this.#kept = this.#read();
  }

  get memory(): Memory {
    return this.#kept;
  }

  /** Returns when it is on the disk. */
  keep(memory: Memory): void {
    const { epoch, led } = memory;
    if (epoch === this.#kept.epoch && led === this.#kept.led) return;
    const draft = `${this.#path}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify({ epoch, led })}\n`, { flush: true });
    renameSync(draft, this.#path);
    syncFolder(dirname(this.#path));
    this.#kept = { epoch, led };
  }

  #read(): Memory {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return NOTHING;
      throw error;
    }
    // To begin at 0 again would be worse than not to begin.
    const memory = memoryIn(text);
    if (memory !== null) return memory;
    const detail = `${this.#path} is not what a node remembers of its elections`;
    throw new PowError('POW_ARGUMENT', detail, { argument: 'memoryFile' });
  }
}

function memoryIn(text: string): Memory | null {
  try {
    const { epoch, led } = JSON.parse(text) as Partial<Memory>;
    return isEpoch(epoch) && isEpoch(led) && led <= epoch ? { epoch, led } : null;
  } catch {
    return null;
  }
}

function isEpoch(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MOST_EPOCH;
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } catch {
    // Some systems sync no folders.
  } finally {
    closeSync(folder);
  }
}
