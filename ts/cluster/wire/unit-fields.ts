/** Units, leases and shares, as several messages and the records of adapters spell them. */

import { MOST_SHARES, type Patch, type Share, type Unit } from '../queue.js';
import type { FieldReader } from './field-reader.js';
import type { FieldWriter } from './field-writer.js';
import { type LeaseName, type LeaseProgress, MOST_PATCH_BYTES } from './messages.js';

const HEX_ID = 32;
const DIGEST_BYTES = 32;

export function writeUnit(out: FieldWriter, unit: Unit): void {
  out.hex('work', unit.work, HEX_ID);
  out.u32('index', unit.index);
  out.u64('variant', unit.variant);
  out.u64('start', unit.start);
  out.bound('end', unit.end);
  writePatch(out, unit.patch);
}

export function readUnit(input: FieldReader): Unit {
  const work = input.hex('work', HEX_ID);
  const index = input.u32('index');
  const variant = input.u64('variant');
  const start = input.u64('start');
  const end = input.bound('end');
  if (start >= end) throw input.error('end', 'not above start');
  return { work, index, variant, start, end, patch: readPatch(input) };
}

/** Length first; 0: none. A patch of no bytes is none. */
function writePatch(out: FieldWriter, patch: Patch | null): void {
  const length = patch?.bytes.length ?? 0;
  if (length > MOST_PATCH_BYTES) throw out.error('patch', `more than ${MOST_PATCH_BYTES} bytes`);
  out.u16('patch', length);
  if (patch === null || length === 0) return;
  out.u32('patch', patch.offset);
  out.bytes('patch', patch.bytes);
}

function readPatch(input: FieldReader): Patch | null {
  const length = input.length('patch', MOST_PATCH_BYTES);
  if (length === 0) return null;
  const offset = input.u32('patch');
  return { offset, bytes: input.bytes('patch', length) };
}

export function writeLeaseName(out: FieldWriter, { work, index, fence }: LeaseName): void {
  out.hex('work', work, HEX_ID);
  out.u32('index', index);
  out.count('fence', fence);
}

export function readLeaseName(input: FieldReader): LeaseName {
  const work = input.hex('work', HEX_ID);
  const index = input.u32('index');
  return { work, index, fence: input.count('fence') };
}

export function writeProgress(out: FieldWriter, lease: LeaseProgress): void {
  writeLeaseName(out, lease);
  out.bound('scannedTo', lease.scannedTo);
}

export function readProgress(input: FieldReader): LeaseProgress {
  const name = readLeaseName(input);
  return { ...name, scannedTo: input.bound('scannedTo') };
}

export function writeShares(out: FieldWriter, shares: readonly Share[]): void {
  if (shares.length > MOST_SHARES) throw out.error('shares', `more than ${MOST_SHARES} entries`);
  out.u16('shares', shares.length);
  for (const { nonce, hash } of shares) {
    if (hash.length !== DIGEST_BYTES) throw out.error('shares', `a hash is ${DIGEST_BYTES} bytes`);
    out.u64('shares', nonce);
    out.bytes('shares', hash);
  }
}

export function readShares(input: FieldReader): Share[] {
  const shares: Share[] = [];
  for (let left = input.length('shares', MOST_SHARES); left > 0; left--) {
    const nonce = input.u64('shares');
    shares.push({ nonce, hash: input.bytes('shares', DIGEST_BYTES) });
  }
  return shares;
}

export function writeList<T>(
  out: FieldWriter,
  [field, most]: readonly [field: string, most: number],
  items: readonly T[],
  write: (out: FieldWriter, item: T) => void,
): void {
  if (items.length > most) throw out.error(field, `more than ${most} entries`);
  out.u16(field, items.length);
  for (const item of items) write(out, item);
}

export function readList<T>(
  input: FieldReader,
  [field, most]: readonly [field: string, most: number],
  read: (input: FieldReader) => T,
): T[] {
  const items: T[] = [];
  for (let left = input.length(field, most); left > 0; left--) items.push(read(input));
  return items;
}
