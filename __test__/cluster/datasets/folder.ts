/** Real files for tests of datasets. */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatasetCache } from '../../../ts/cluster/datasets/cache.js';
import { type ChunkHost, LIST_INDEX } from '../../../ts/cluster/datasets/host.js';
import { CHUNK_BYTES, type DatasetList, listOf } from '../../../ts/cluster/datasets/list.js';

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Gone when the process ends. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pow-native-datasets-'));
  folders.push(folder);
  return folder;
}

export function freshCache(): DatasetCache & { readonly folder: string } {
  const folder = freshFolder();
  return Object.assign(new DatasetCache({ folder }), { folder });
}

/** Bytes that differ from chunk to chunk, the same for the same seed. */
export function bytesOf(length: number, seed = 'seed'): Buffer {
  const all = Buffer.alloc(length);
  for (let at = 0; at < length; at += CHUNK_BYTES) {
    const word = createHash('sha256').update(`${seed}${at}`).digest();
    all.fill(word, at, Math.min(length, at + CHUNK_BYTES));
  }
  return all;
}

/** A file with them. */
export function fileOf(bytes: Uint8Array): string {
  const path = join(freshFolder(), 'dataset');
  writeFileSync(path, bytes);
  return path;
}

export function chunkOf(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
}

export function listFor(bytes: Uint8Array): DatasetList {
  const digests: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    digests.push(
      createHash('sha256')
        .update(bytes.subarray(at, at + CHUNK_BYTES))
        .digest(),
    );
  }
  return listOf(bytes.length, digests);
}

/** Has everything, counts who asks, and may be made to do something else first. */
export class MemoryHost implements ChunkHost {
  readonly name: string;
  readonly asked: number[] = [];
  running = 0;
  mostRunning = 0;
  readonly #bytes: Uint8Array;
  readonly #list: DatasetList;

  constructor(name: string, bytes: Uint8Array) {
    this.name = name;
    this.#bytes = bytes;
    this.#list = listFor(bytes);
  }

  /** What comes instead of a chunk; `undefined`: the chunk. */
  instead: (index: number, signal: AbortSignal) => Promise<Uint8Array | null | undefined> =
    async () => undefined;

  async get(_root: string, index: number, signal: AbortSignal): Promise<Uint8Array | null> {
    this.asked.push(index);
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      await new Promise((resolve) => setImmediate(resolve));
      const instead = await this.instead(index, signal);
      if (instead !== undefined) return instead;
      return index === LIST_INDEX ? this.#list.encoded : chunkOf(this.#bytes, index);
    } finally {
      this.running -= 1;
    }
  }
}
