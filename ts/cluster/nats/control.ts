/** What master and workers say to each other beside the queue: small, in JSON, checked. */

import type { CancelReason, LeaseEnd, WorkId } from '../queue.js';

/** From the master, to all workers or to one. Of an epoch: older masters are not heard. */
export type Control = { readonly epoch: number } & (
  | { readonly kind: 'cancel'; readonly work: WorkId; readonly reason: CancelReason }
  | {
      readonly kind: 'end';
      readonly work: WorkId;
      readonly index: number;
      /** The lease of this fence, and older ones of the unit. */
      readonly fence: number;
      readonly why: LeaseEnd;
    }
  | { readonly kind: 'banned'; readonly forMs: number }
  | { readonly kind: 'goodbye' }
);

/** A worker found nothing to do. */
export interface Want {
  /** In hand at most. */
  readonly most: number;
  /** How many more it would take now. */
  readonly credits: number;
}

/** Where it is to look, nearest size first. */
export interface WantReply {
  readonly sizes: readonly number[];
}

/** A unit was delivered again: how far was it? */
export interface ResumeQuestion {
  readonly work: WorkId;
  readonly index: number;
  /** Of the new lease. */
  readonly fence: number;
}

/** `gone`: it is done, cancelled or split; otherwise where to begin, and under which fence. */
export type ResumeReply =
  | { readonly gone: true }
  | { readonly gone: false; readonly resumeAt: bigint; readonly fence: number };

const REASONS: readonly unknown[] = ['stale', 'found', 'shutdown'];
const ENDS: readonly unknown[] = [...REASONS, 'lost', 'moved', 'revoked'];
/** Sizes are powers of four of a number of 64 bits. */
export const MOST_SIZE = 32;
const MOST_LEASES = 64;

export function readControl(bytes: Uint8Array): Control | null {
  const value = objectOf(bytes);
  if (value === null || !isCount(value['epoch'])) return null;
  const { kind, work, index, fence, reason, why, forMs } = value;
  const isKnown =
    kind === 'goodbye' ||
    (kind === 'cancel' && isWork(work) && REASONS.includes(reason)) ||
    (kind === 'end' && isWork(work) && isCount(index) && isCount(fence) && ENDS.includes(why)) ||
    (kind === 'banned' && isCount(forMs));
  return isKnown ? (value as unknown as Control) : null;
}

export function readWant(bytes: Uint8Array): Want | null {
  const value = objectOf(bytes);
  const { most, credits } = value ?? {};
  if (!isCount(most) || !isCount(credits)) return null;
  return { most: Math.min(most, MOST_LEASES), credits: Math.min(credits, MOST_LEASES) };
}

export function readWantReply(bytes: Uint8Array): WantReply | null {
  const sizes = objectOf(bytes)?.['sizes'];
  if (!Array.isArray(sizes) || sizes.length > MOST_SIZE + 1) return null;
  if (!sizes.every((size) => isCount(size) && size <= MOST_SIZE)) return null;
  return { sizes };
}

export function readResumeQuestion(bytes: Uint8Array): ResumeQuestion | null {
  const value = objectOf(bytes);
  if (value === null) return null;
  const { work, index, fence } = value;
  if (!isWork(work) || !isCount(index) || !isCount(fence)) return null;
  return { work, index, fence };
}

export function writeResumeReply(reply: ResumeReply): string {
  return JSON.stringify(reply.gone ? reply : { ...reply, resumeAt: String(reply.resumeAt) });
}

export function readResumeReply(bytes: Uint8Array): ResumeReply | null {
  const { gone, resumeAt, fence } = objectOf(bytes) ?? {};
  if (gone === true) return { gone };
  if (gone !== false || !isNonce(resumeAt) || !isCount(fence)) return null;
  return { gone, resumeAt: BigInt(resumeAt), fence };
}

/** How far a lease is, as it stands in the bucket `progress`. */
export interface LeaseProgress {
  readonly fence: number;
  readonly scannedTo: bigint;
}

export function writeProgress({ fence, scannedTo }: LeaseProgress): string {
  return JSON.stringify({ fence, scannedTo: String(scannedTo) });
}

export function readProgress(bytes: Uint8Array): LeaseProgress | null {
  const value = objectOf(bytes);
  const { fence, scannedTo } = value ?? {};
  if (!isCount(fence) || typeof scannedTo !== 'string' || !/^\d{1,20}$/.test(scannedTo))
    return null;
  return { fence, scannedTo: BigInt(scannedTo) };
}

/** Key in that bucket: each worker has the right to its own. */
export function progressKey(worker: string, work: WorkId, index: number): string {
  return `${worker}.${work}.${index}`;
}

export function ofProgressKey(key: string): { worker: string; work: WorkId; index: number } | null {
  const found = /^([0-9a-f]{32})\.([0-9a-f]{32})\.(\d{1,10})$/.exec(key);
  const [, worker, work, index] = found ?? [];
  if (worker === undefined || work === undefined) return null;
  return { worker, work, index: Number(index) };
}

/** @returns what the bytes are in JSON, where that is an object */
export function objectOf(bytes: Uint8Array): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isNonce(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/.test(value);
}

function isWork(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{32}$/.test(value);
}
