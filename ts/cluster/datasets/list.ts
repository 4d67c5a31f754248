/**
 * A dataset is cut into chunks of 1 MiB. Its list holds how long it is and the SHA-256 of each
 * chunk, and the SHA-256 of the list is its root. A list and not a tree: for 2 GiB it has 64 KiB,
 * one message, and with it every chunk can be judged alone, from whomever it comes.
 */

import { createHash } from 'node:crypto';
import { PowError } from '../../errors.js';
import type { DatasetRoot } from './host.js';

export const CHUNK_BYTES = 1024 * 1024;
/** 30 GiB: the list of more would not fit a message. */
export const MOST_CHUNKS = 30 * 1024;

const MAGIC = Buffer.from('POWDSET1');
const HEAD_BYTES = MAGIC.length + 8;
const DIGEST_BYTES = 32;

export interface DatasetList {
  readonly root: DatasetRoot;
  /** Of the whole dataset. */
  readonly bytes: number;
  /** How many chunks. All have {@link CHUNK_BYTES} but the last. */
  readonly chunks: number;
  /** As it is sent and kept. */
  readonly encoded: Uint8Array;
}

/** @throws {@link PowError} `POW_ARGUMENT` for an empty dataset, or a larger one than a list holds */
export function listOf(bytes: number, digests: readonly Uint8Array[]): DatasetList {
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  head.writeBigUInt64BE(BigInt(bytes), MAGIC.length);
  return readList(Buffer.concat([head, ...digests]));
}

/**
 * @param expected - the root that it must have
 * @throws {@link PowError} `POW_ARGUMENT` for anything else than that list
 */
export function readList(encoded: Uint8Array, expected?: DatasetRoot): DatasetList {
  const root = createHash('sha256').update(encoded).digest('hex');
  if (expected !== undefined && root !== expected) throw bad(`has the root ${root}`);
  const view = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  if (view.length < HEAD_BYTES || !view.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw bad('is no list of a dataset');
  }
  const bytes = Number(view.readBigUInt64BE(MAGIC.length));
  const chunks = Math.ceil(bytes / CHUNK_BYTES);
  if (chunks < 1 || chunks > MOST_CHUNKS) throw bad(`is of ${bytes} bytes`);
  if (view.length !== HEAD_BYTES + chunks * DIGEST_BYTES) throw bad('has a list of another length');
  return { root, bytes, chunks, encoded };
}

/** How many bytes that chunk has. */
export function lengthOf(list: DatasetList, index: number): number {
  return Math.min(CHUNK_BYTES, list.bytes - index * CHUNK_BYTES);
}

/** Whether these are the bytes of that chunk. */
export function isChunk(list: DatasetList, index: number, bytes: Uint8Array): boolean {
  if (index < 0 || index >= list.chunks || bytes.length !== lengthOf(list, index)) return false;
  const at = HEAD_BYTES + index * DIGEST_BYTES;
  const digest = createHash('sha256').update(bytes).digest();
  return digest.equals(list.encoded.subarray(at, at + DIGEST_BYTES));
}

function bad(detail: string): PowError {
  return new PowError('POW_ARGUMENT', `the dataset ${detail}`, { argument: 'dataset' });
}
