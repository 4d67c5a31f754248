/**
 * The blocks of a node in a file, so that they outlive it: a first line, then one record for each
 * block in the order of their acceptance, 318 bytes of header and their CRC-32.
 */

import { crc32 } from 'node:zlib';
import { PowError } from '../../errors.js';
import { JournalFile } from '../../miner/journal-file.js';
import { decodeHeader } from '../codec.js';
import type { Chains } from './chains.js';

const KIND = {
  firstLine: Buffer.from('chainweb devnet journal 1\n'),
  owner: 'a development node',
};
/** Every chain of both graphs has three neighbours. */
const HEADER = 318;
const RECORD = HEADER + 4;

export class Journal {
  readonly #file: JournalFile;

  /**
   * Opens the file, or makes it. One node at a time.
   *
   * @throws {@link PowError} `POW_ARGUMENT` while another process has it
   */
  constructor(file: string) {
    this.#file = new JournalFile(file, KIND);
  }

  /**
   * Takes every block in again. A last record that was not written to its end is passed over: its
   * block was never answered.
   *
   * @throws {@link PowError} `POW_ARGUMENT` for a file that is no journal, or that is damaged
   */
  replay(chains: Chains): void {
    const file = this.#file;
    const bytes = file.read();
    for (let number = 1; file.end + RECORD <= bytes.length; number++) {
      const record = bytes.subarray(file.end, file.end + RECORD);
      const isLast = file.end + 2 * RECORD > bytes.length;
      const header = record.subarray(0, HEADER);
      if (crc32(header) !== record.readUInt32LE(HEADER)) {
        if (isLast) return;
        throw file.bad(`record ${number} (at byte ${file.end}) is damaged`);
      }
      const reason = replayed(chains, header);
      if (reason !== null) {
        const detail = `record ${number} (at byte ${file.end}) does not fit the chains: ${reason}`;
        throw file.bad(`${detail}; was it made with other options?`);
      }
      file.keep(RECORD);
    }
  }

  /**
   * Cuts off what {@link Journal.replay} passed over.
   *
   * @returns how many bytes that was
   */
  begin(): number {
    return this.#file.begin();
  }

  /** Returns when the block is on the disk. One that fails is written over by the next. */
  append(header: Uint8Array): void {
    const record = Buffer.alloc(RECORD);
    record.set(header);
    record.writeUInt32LE(crc32(header), HEADER);
    this.#file.append(record);
  }

  close(): void {
    this.#file.close();
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
