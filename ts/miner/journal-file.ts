/**
 * The file below a journal: a first line that says whose it is, then records, each on the disk
 * before the append of it returns. What a record is, and whether it is whole, its journal knows.
 */

import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { PowError } from '../errors.js';
import { FileLock } from './file-lock.js';

export interface JournalKind {
  /** With its newline. */
  readonly firstLine: Uint8Array;
  /** `a development node`. */
  readonly owner: string;
}

export class JournalFile {
  readonly #file: string;
  readonly #kind: JournalKind;
  readonly #fd: number;
  readonly #lock: FileLock;
  #end = 0;

  /**
   * Opens the file, or makes it. One process at a time.
   *
   * @throws {@link PowError} `POW_ARGUMENT` while another process has it
   */
  constructor(file: string, kind: JournalKind) {
    this.#file = file;
    this.#kind = kind;
    this.#fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o644);
    try {
      this.#lock = new FileLock(file);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /** Where the next record begins: behind those that were kept. */
  get end(): number {
    return this.#end;
  }

  /** Whether no record was kept. */
  get isNew(): boolean {
    return this.#end === this.#kind.firstLine.length;
  }

  /**
   * The whole file. Its records begin at {@link JournalFile.end}, and each is to be kept in turn.
   *
   * @throws {@link PowError} `POW_ARGUMENT` for a file that is no journal of this kind
   */
  read(): Buffer {
    const bytes = this.#bytes();
    const { firstLine, owner } = this.#kind;
    const start = bytes.subarray(0, firstLine.length);
    if (!start.equals(firstLine.subarray(0, start.length))) {
      throw this.bad(`is not the journal of ${owner}`);
    }
    this.#end = firstLine.length;
    return bytes;
  }

  /** The record of so many bytes at {@link JournalFile.end} is whole. */
  keep(length: number): void {
    this.#end += length;
  }

  /**
   * Cuts off what was not kept: from here on the file is this process's.
   *
   * @returns how many bytes that was
   */
  begin(): number {
    const { size } = fstatSync(this.#fd);
    ftruncateSync(this.#fd, Math.min(this.#end, size));
    this.#write(this.#kind.firstLine, 0);
    return Math.max(0, size - this.#end);
  }

  /** Returns when the record is on the disk. One that fails is written over by the next. */
  append(record: Uint8Array): void {
    this.#write(record, this.#end);
    this.#end += record.length;
  }

  close(): void {
    closeSync(this.#fd);
    this.#lock.release();
  }

  bad(detail: string): PowError {
    return new PowError('POW_ARGUMENT', `${this.#file}: ${detail}`, { argument: 'dataFile' });
  }

  #bytes(): Buffer {
    const bytes = Buffer.alloc(fstatSync(this.#fd).size);
    let at = 0;
    while (at < bytes.length) {
      const length = readSync(this.#fd, bytes, at, bytes.length - at, at);
      if (length === 0) break;
      at += length;
    }
    return bytes.subarray(0, at);
  }

  #write(bytes: Uint8Array, position: number): void {
    for (let at = 0; at < bytes.length; ) {
      at += writeSync(this.#fd, bytes, at, bytes.length - at, position + at);
    }
    fsyncSync(this.#fd);
  }
}
