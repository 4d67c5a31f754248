/**
 * The blocks of a node in a file, so that they outlive it: a first line, then one record for each
 * block in the order of their acceptance, 318 bytes of header and their CRC-32.
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
import { crc32 } from 'node:zlib';
import { PowError } from '../../errors.js';
import { FileLock } from '../../miner/file-lock.js';
import { decodeHeader } from '../codec.js';
import type { Chains } from './chains.js';

const FIRST_LINE = Buffer.from('chainweb devnet journal 1\n');
/** Every chain of both graphs has three neighbours. */
const HEADER = 318;
const RECORD = HEADER + 4;

export class Journal {
  readonly #file: string;
  readonly #fd: number;
  readonly #lock: FileLock;
  #end = 0;

  /**
   * Opens the file, or makes it. One node at a time.
   *
   * @throws {@link PowError} `POW_ARGUMENT` while another process has it
   */
  constructor(file: string) {
    this.#file = file;
    this.#fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o644);
    try {
      this.#lock = new FileLock(file);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /**
   * Takes every block in again. A last record that was not written to its end is passed over: its
   * block was never answered.
   *
   * @throws {@link PowError} `POW_ARGUMENT` for a file that is no journal, or that is damaged
   */
  replay(chains: Chains): void {
    const bytes = this.#read();
    const start = bytes.subarray(0, FIRST_LINE.length);
    if (!start.equals(FIRST_LINE.subarray(0, start.length))) {
      throw this.#bad('is not the journal of a development node');
    }
    this.#end = FIRST_LINE.length;
    for (let number = 1; this.#end + RECORD <= bytes.length; number++) {
      const record = bytes.subarray(this.#end, this.#end + RECORD);
      const isLast = this.#end + 2 * RECORD > bytes.length;
      const header = record.subarray(0, HEADER);
      if (crc32(header) !== record.readUInt32LE(HEADER)) {
        if (isLast) return;
        throw this.#bad(`record ${number} (at byte ${this.#end}) is damaged`);
      }
      const reason = replayed(chains, header);
      if (reason !== null) {
        const detail = `record ${number} (at byte ${this.#end}) does not fit the chains: ${reason}`;
        throw this.#bad(`${detail}; was it made with other options?`);
      }
      this.#end += RECORD;
    }
  }

  /**
   * Cuts off what {@link Journal.replay} passed over.
   *
   * @returns how many bytes that was
   */
  begin(): number {
    const { size } = fstatSync(this.#fd);
    ftruncateSync(this.#fd, Math.min(this.#end, size));
    this.#write(FIRST_LINE, 0);
    return Math.max(0, size - this.#end);
  }

  /** Returns when the block is on the disk. One that fails is written over by the next. */
  append(header: Uint8Array): void {
    const record = Buffer.alloc(RECORD);
    record.set(header);
    record.writeUInt32LE(crc32(header), HEADER);
    this.#write(record, this.#end);
    this.#end += RECORD;
  }

  close(): void {
    closeSync(this.#fd);
    this.#lock.release();
  }

  #read(): Buffer {
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

  #bad(detail: string): PowError {
    return new PowError('POW_ARGUMENT', `${this.#file}: ${detail}`, { argument: 'dataFile' });
  }
}

/** `null`: the chains have the block. */
function replayed(chains: Chains, bytes: Uint8Array): string | null {
  try {
    return chains.replay(decodeHeader(bytes));
  } catch (error) {
    if (error instanceof PowError) return error.message;
    throw error;
  }
}
