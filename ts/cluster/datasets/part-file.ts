/** A dataset that is being brought together: a file of its full length, with holes. */

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FileLock } from '../../miner/file-lock.js';
import { CHUNK_BYTES, type DatasetList, isChunk, lengthOf } from './list.js';

/** One process at a time has it: the lock is taken before, and given back with the file. */
export class PartFile {
  readonly list: DatasetList;
  readonly #file: FileHandle;
  readonly #lock: FileLock;
  readonly #here = new Set<number>();

  private constructor(list: DatasetList, file: FileHandle, lock: FileLock) {
    this.list = list;
    this.#file = file;
    this.#lock = lock;
  }

  /**
   * Opens the file, or makes it. What an earlier process left in it counts where its hash is right.
   *
   * @throws {@link PowError} `POW_ARGUMENT` while another process has it
   */
  static async open(path: string, list: DatasetList): Promise<PartFile> {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    let lock: FileLock | null = null;
    try {
      lock = new FileLock(path);
      const part = new PartFile(list, file, lock);
      await part.#takeStock();
      return part;
    } catch (error) {
      lock?.release();
      await file.close();
      throw error;
    }
  }

  has(index: number): boolean {
    return this.#here.has(index);
  }

  get done(): number {
    return this.#here.size;
  }

  missing(): number[] {
    const all = Array.from({ length: this.list.chunks }, (_, index) => index);
    return all.filter((index) => !this.#here.has(index));
  }

  /** The bytes of a chunk that is here; `null`: they are not (any more). */
  async read(index: number): Promise<Uint8Array | null> {
    if (!this.#here.has(index)) return null;
    const bytes = await readChunk(this.#file, this.list, index);
    return isChunk(this.list, index, bytes) ? bytes : null;
  }

  /** @param bytes - hashed already */
  async write(index: number, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const position = index * CHUNK_BYTES + at;
      const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, position);
      at += bytesWritten;
    }
    this.#here.add(index);
  }

  /** Returns once everything is on the disk. */
  async sync(): Promise<void> {
    await this.#file.sync();
  }

  async close(): Promise<void> {
    this.#lock.release();
    await this.#file.close();
  }

  async #takeStock(): Promise<void> {
    const { size } = await this.#file.stat();
    if (size > this.list.bytes) await this.#file.truncate(this.list.bytes);
    for (let index = 0; index * CHUNK_BYTES < size; index++) {
      const bytes = await readChunk(this.#file, this.list, index);
      if (isChunk(this.list, index, bytes)) this.#here.add(index);
    }
  }
}

/** Shorter than the chunk where the file ends too early. */
export async function readChunk(
  file: FileHandle,
  list: DatasetList,
  index: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(Math.max(0, lengthOf(list, index)));
  let length = 0;
  while (length < bytes.length) {
    const position = index * CHUNK_BYTES + length;
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, position);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}
