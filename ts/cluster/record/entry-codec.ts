/** Entries as bytes: a kind, then its fields in a fixed order. */

import type { Goal } from '../../core/goal.js';
import { goalPlan } from '../../core/goal.js';
import { Pattern } from '../../core/pattern.js';
import { Target } from '../../core/target.js';
import { ByteReader, ByteWriter } from './bytes.js';
import type { Entry, Span } from './entries.js';

type Kind = Entry['kind'];
type EntryOf<K extends Kind> = Extract<Entry, { kind: K }>;

interface Row<K extends Kind> {
  /** Stays what it is: files outlive releases. */
  readonly code: number;
  write(to: ByteWriter, entry: EntryOf<K>): void;
  read(from: ByteReader): Omit<EntryOf<K>, 'kind'>;
}

const ROWS: { readonly [K in Kind]: Row<K> } = {
  epoch: {
    code: 1,
    write: (to, { epoch }) => to.count(epoch),
    read: (from) => ({ epoch: from.count() }),
  },
  work: {
    code: 2,
    write(to, { work, lane, shareTarget, pairs, floor }) {
      to.text(work).text(lane);
      writeGoal(to, shareTarget);
      to.big(pairs).count(floor);
    },
    read: (from) => ({
      ...{ work: from.text(), lane: from.text(), shareTarget: readGoal(from) },
      ...{ pairs: from.big(), floor: from.count() },
    }),
  },
  counts: {
    code: 3,
    write: (to, { work, next, carved, donePairs, completed, quarantined }) =>
      to.text(work).count(next).big(carved).signed(donePairs).count(completed).count(quarantined),
    read: (from) => ({
      ...{ work: from.text(), next: from.count(), carved: from.big(), donePairs: from.signed() },
      ...{ completed: from.count(), quarantined: from.count() },
    }),
  },
  unit: {
    code: 4,
    write(to, { work, index, span, depth, failures, fence, holder, from, scannedTo }) {
      to.text(work).count(index);
      writeSpan(to, span);
      to.count(depth).count(failures).count(fence);
      to.count(holder === null ? 0 : 1).text(holder ?? '');
      to.big(from).big(scannedTo);
    },
    read(from) {
      const unit = { work: from.text(), index: from.count(), span: readSpan(from) };
      const tries = { depth: from.count(), failures: from.count(), fence: from.count() };
      const [isLent, holder] = [from.count() === 1, from.text()];
      const reached = { from: from.big(), scannedTo: from.big() };
      return { ...unit, ...tries, holder: isLent ? holder : null, ...reached };
    },
  },
  carve: {
    code: 5,
    write: (to, { work, index, span }) => writeSpan(to.text(work).count(index), span),
    read: (from) => ({ work: from.text(), index: from.count(), span: readSpan(from) }),
  },
  lease: {
    code: 6,
    write: (to, { work, index, fence, holder, from }) =>
      to.text(work).count(index).count(fence).text(holder).big(from),
    read: (from) => ({
      ...{ work: from.text(), index: from.count(), fence: from.count() },
      ...{ holder: from.text(), from: from.big() },
    }),
  },
  progress: {
    code: 7,
    write: (to, { work, index, scannedTo }) => to.text(work).count(index).big(scannedTo),
    read: (from) => ({ work: from.text(), index: from.count(), scannedTo: from.big() }),
  },
  failure: {
    code: 8,
    write: (to, { work, index }) => to.text(work).count(index),
    read: (from) => ({ work: from.text(), index: from.count() }),
  },
  split: {
    code: 9,
    write: (to, { work, index, at, depth }) => to.text(work).count(index).big(at).count(depth),
    read: (from) => ({
      ...{ work: from.text(), index: from.count(), at: from.big(), depth: from.count() },
    }),
  },
  quarantine: {
    code: 10,
    write: (to, { work, index }) => to.text(work).count(index),
    read: (from) => ({ work: from.text(), index: from.count() }),
  },
  done: {
    code: 11,
    write: (to, { work, index }) => to.text(work).count(index),
    read: (from) => ({ work: from.text(), index: from.count() }),
  },
  again: {
    code: 12,
    write: (to, { work, index, span }) => writeSpan(to.text(work).count(index), span),
    read: (from) => ({ work: from.text(), index: from.count(), span: readSpan(from) }),
  },
  solution: {
    code: 13,
    write(to, { work, index, span, fence, worker, share }) {
      writeSpan(to.text(work).count(index), span).count(fence).text(worker);
      to.big(share.nonce).bytes(share.hash);
    },
    read: (from) => ({
      ...{ work: from.text(), index: from.count(), span: readSpan(from) },
      ...{ fence: from.count(), worker: from.text() },
      share: { nonce: from.big(), hash: from.bytes() },
    }),
  },
  end: {
    code: 14,
    write: (to, { work }) => to.text(work),
    read: (from) => ({ work: from.text() }),
  },
  conduct: {
    code: 15,
    write(to, { key, strikesAtMs, lastAtMs, bans, bannedUntilMs }) {
      to.text(key).count(strikesAtMs.length);
      for (const atMs of strikesAtMs) to.count(atMs);
      to.count(lastAtMs).count(bans).count(bannedUntilMs);
    },
    read(from) {
      const key = from.text();
      const strikesAtMs: number[] = [];
      for (let left = from.count(); left > 0; left--) strikesAtMs.push(from.count());
      const [lastAtMs, bans, bannedUntilMs] = [from.count(), from.count(), from.count()];
      return { key, strikesAtMs, lastAtMs, bans, bannedUntilMs };
    },
  },
};

const KINDS = new Map(Object.entries(ROWS).map(([kind, { code }]) => [code, kind as Kind]));

export function encodeEntries(entries: Iterable<Entry>): Uint8Array {
  const to = new ByteWriter();
  for (const entry of entries) writeEntry(to, entry);
  return to.done();
}

/** @throws {@link PowError} `POW_ARGUMENT` for what this release cannot read */
export function decodeEntries(bytes: Uint8Array): Entry[] {
  const from = new ByteReader(bytes);
  const entries: Entry[] = [];
  while (!from.atEnd) {
    const code = from.count();
    const kind = KINDS.get(code);
    if (kind === undefined) throw from.bad(`entry kind ${code}`);
    entries.push({ kind, ...ROWS[kind].read(from) } as Entry);
  }
  return entries;
}

function writeEntry<K extends Kind>(to: ByteWriter, entry: EntryOf<K>): void {
  const row = ROWS[entry.kind as K];
  to.count(row.code);
  row.write(to, entry);
}

function writeSpan(to: ByteWriter, { variant, start, end }: Span): ByteWriter {
  return to.big(variant).big(start).big(end);
}

function readSpan(from: ByteReader): Span {
  return { variant: from.big(), start: from.big(), end: from.big() };
}

function writeGoal(to: ByteWriter, goal: Goal): void {
  const plan = goalPlan(goal, 'shareTarget');
  if (plan.kind === 'target') to.count(0).bytes(plan.value);
  else to.count(1).bytes(plan.value).bytes(plan.mask);
}

function readGoal(from: ByteReader): Goal {
  const kind = from.count();
  if (kind === 0) return Target.fromBytes(from.bytes(), 'be');
  if (kind === 1) return Pattern.equals(from.bytes(), from.bytes());
  throw from.bad(`goal ${kind}`);
}
