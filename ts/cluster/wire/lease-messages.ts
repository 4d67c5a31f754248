/** The messages that a lease is made of: asked for, given, kept, ended. */

import type { CancelReason, LeaseEnd, UnitResult, Verdict } from '../queue.js';
import { type Codec, cutText, wordsOf } from './codec.js';
import type { FieldReader } from './field-reader.js';
import type { FieldWriter } from './field-writer.js';
import {
  type AssignedUnit,
  type LeaseVerdict,
  MOST_LEASES,
  MOST_TEXT_BYTES,
  MOST_UNITS,
} from './messages.js';
import {
  readLeaseName,
  readList,
  readProgress,
  readShares,
  readUnit,
  writeLeaseName,
  writeList,
  writeProgress,
  writeShares,
  writeUnit,
} from './unit-fields.js';

const TEXT_TAG = 1;
const HEX_ID = 32;
const UNITS = ['units', MOST_UNITS] as const;
const LEASES = ['leases', MOST_LEASES] as const;

const outcomes = wordsOf<UnitResult['outcome']>({ exhausted: 1, found: 2, partial: 3 });
const verdicts = wordsOf<Verdict>({ accepted: 1, duplicate: 2, stale: 3, rejected: 4 });
const cancels = wordsOf<CancelReason>({ stale: 1, found: 2, shutdown: 3 });
const ends = wordsOf<LeaseEnd>({ ...cancels.numbers, lost: 4, moved: 5, revoked: 6 });

export const requestCodec: Codec<'request'> = {
  write(out, { credits }) {
    if (credits > MOST_LEASES) throw out.error('credits', `above ${MOST_LEASES}`);
    out.u16('credits', credits);
  },
  read: (input) => ({ credits: input.length('credits', MOST_LEASES) }),
};

export const assignCodec: Codec<'assign'> = {
  write: (out, { units }) => writeList(out, UNITS, units, writeAssigned),
  read: (input) => ({ units: readList(input, UNITS, readAssigned) }),
};

function writeAssigned(out: FieldWriter, { unit, fence, resumeAt, ttlMs }: AssignedUnit): void {
  writeUnit(out, unit);
  out.count('fence', fence);
  out.u64('resumeAt', resumeAt);
  out.u32('ttlMs', ttlMs);
}

function readAssigned(input: FieldReader): AssignedUnit {
  const unit = readUnit(input);
  const fence = input.count('fence');
  const resumeAt = input.u64('resumeAt');
  if (resumeAt < unit.start || resumeAt >= unit.end) {
    throw input.error('resumeAt', 'outside the unit');
  }
  return { unit, fence, resumeAt, ttlMs: input.u32('ttlMs') };
}

export const resultCodec: Codec<'result'> = {
  write(out, { serial, result }) {
    out.u32('serial', serial);
    writeProgress(out, result);
    out.u8('outcome', outcomes.numbers[result.outcome]);
    out.count('hashes', result.hashes);
    writeShares(out, result.shares);
  },
  read(input) {
    const serial = input.u32('serial');
    const lease = readProgress(input);
    const outcome = input.oneOf('outcome', outcomes.words);
    const hashes = input.count('hashes');
    return { serial, result: { ...lease, outcome, hashes, shares: readShares(input) } };
  },
};

export const storedCodec: Codec<'stored'> = {
  write(out, { serial, verdict, reason }) {
    out.u32('serial', serial);
    out.u8('verdict', verdicts.numbers[verdict]);
    writeText(out, 'reason', reason);
  },
  read(input) {
    const serial = input.u32('serial');
    const verdict = input.oneOf('verdict', verdicts.words);
    return { serial, verdict, ...readText(input, 'reason') };
  },
};

export const releaseCodec: Codec<'release'> = {
  write(out, message) {
    out.u32('serial', message.serial);
    writeProgress(out, message);
    writeText(out, 'failed', message.failed);
  },
  read(input) {
    const serial = input.u32('serial');
    return { serial, ...readProgress(input), ...readText(input, 'failed') };
  },
};

export const extendCodec: Codec<'extend'> = {
  write: (out, { leases }) => writeList(out, LEASES, leases, writeProgress),
  read: (input) => ({ leases: readList(input, LEASES, readProgress) }),
};

export const extendedCodec: Codec<'extended'> = {
  write: (out, { leases }) => writeList(out, LEASES, leases, writeVerdict),
  read: (input) => ({ leases: readList(input, LEASES, readVerdict) }),
};

export function writeVerdict(out: FieldWriter, lease: LeaseVerdict): void {
  writeLeaseName(out, lease);
  out.u32('ttlMs', lease.ttlMs);
}

export function readVerdict(input: FieldReader): LeaseVerdict {
  const name = readLeaseName(input);
  return { ...name, ttlMs: input.u32('ttlMs') };
}

export const cancelCodec: Codec<'cancel'> = {
  write(out, { work, reason }) {
    out.hex('work', work, HEX_ID);
    out.u8('reason', cancels.numbers[reason]);
  },
  read(input) {
    const work = input.hex('work', HEX_ID);
    return { work, reason: input.oneOf('reason', cancels.words) };
  },
};

export const revokeCodec: Codec<'revoke'> = {
  write(out, message) {
    writeLeaseName(out, message);
    out.u8('reason', ends.numbers[message.reason]);
  },
  read(input) {
    const name = readLeaseName(input);
    return { ...name, reason: input.oneOf('reason', ends.words) };
  },
};

/** A text that may be missing is the first entry of the tail. */
function writeText(out: FieldWriter, field: string, text: string | undefined): void {
  if (text === undefined) return;
  out.tail(field, TEXT_TAG, Buffer.from(cutText(text, MOST_TEXT_BYTES)));
}

function readText<Field extends string>(
  input: FieldReader,
  field: Field,
): { readonly [key in Field]?: string } {
  const bytes = input.tail().get(TEXT_TAG);
  if (bytes === undefined) return {};
  return { [field]: input.utf8(field, bytes, MOST_TEXT_BYTES) } as { [key in Field]: string };
}
