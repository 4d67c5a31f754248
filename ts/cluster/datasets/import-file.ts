/** A file of anywhere, copied into the folder of a cache and hashed on the way. */

import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { PowError } from '../../errors.js';
import { CHUNK_BYTES, type DatasetList, listOf, MOST_CHUNKS } from './list.js';
import { draftIn } from './shelf.js';

/** @param fits - called with how long the file is, before it is copied; may reject */
export async function importFile(
  file: string,
  folder: string,
  fits: (bytes: number) => Promise<void>,
  signal?: AbortSignal,
): Promise<{ readonly list: DatasetList; readonly draft: string }> {
  const source = await open(file, 'r').catch((cause: unknown) => {
    throw bad(`${file} cannot be read`, cause);
  });
  const draft = draftIn(folder);
  const target = await open(draft, 'w');
  try {
    const { size } = await source.stat();
    if (size === 0 || size > MOST_CHUNKS * CHUNK_BYTES) throw bad(`${file} has ${size} bytes`);
    await fits(size);
    const { bytes, digests } = await copy(source, target, signal);
    await target.sync();
    return { list: listOf(bytes, digests), draft };
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await source.close();
    await target.close();
  }
}

async function copy(
  source: FileHandle,
  target: FileHandle,
  signal?: AbortSignal,
): Promise<{ bytes: number; digests: Uint8Array[] }> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  const digests: Uint8Array[] = [];
  for (let bytes = 0; ; ) {
    signal?.throwIfAborted();
    const length = await fill(source, chunk, bytes);
    if (length > 0) {
      digests.push(createHash('sha256').update(chunk.subarray(0, length)).digest());
      await target.writeFile(chunk.subarray(0, length));
      bytes += length;
    }
    if (length < CHUNK_BYTES) return { bytes, digests };
  }
}

async function fill(source: FileHandle, chunk: Uint8Array, position: number): Promise<number> {
  let length = 0;
  while (length < chunk.length) {
    const rest = chunk.length - length;
    const { bytesRead } = await source.read(chunk, length, rest, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

function bad(detail: string, cause?: unknown): PowError {
  return new PowError('POW_ARGUMENT', detail, { argument: 'dataset', cause });
}
