/**
 * Shares wait here until everything that has arrived is read, then all are hashed in one go; a busy
 * server looks sooner, with every message and every session that it serves.
 */

import type { Solution } from '../../core/solution.js';
import { hashShares, meets } from '../jobs/batch.js';
import type { IssuedJob, JobBoard, Origin } from '../jobs/board.js';
import { type ReadShare, readShare } from '../jobs/share.js';
import { NONCE_BYTES } from '../jobs/template.js';
import { maskOf, targetOf, type Verdict } from '../session/state.js';
import type { ShareFields } from '../wire/requests.js';
import type { Client } from './client.js';

/** A share on its way to its verdict. */
interface Waiting {
  readonly client: Client;
  readonly id: unknown;
  readonly share: ShareFields;
  /** What is to be hashed, or what became of it without that. */
  readonly look: Look | Verdict;
}

interface Look {
  readonly kind: 'look';
  readonly job: IssuedJob;
  readonly number: number;
  readonly read: ReadShare;
  /** 32 bytes, most significant first, and what such a share costs. */
  readonly target: Uint8Array;
  readonly hashes: number;
}

/** A share that solves the job it was mined for. */
export interface Solved {
  readonly job: IssuedJob;
  readonly read: ReadShare;
  readonly solution: Solution;
}

export interface Checked {
  readonly client: Client;
  readonly id: unknown;
  readonly share: ShareFields;
  readonly verdict: Verdict;
  /** Of the job that it was mined for; `null` when that is not known. */
  readonly origin: Origin | null;
  readonly solved: Solved | null;
}

/** A share waits no longer for others. */
const MOST_WAIT_MS = 1;
/** Hashing more of them in one go is no cheaper for each, and makes the first one wait. */
const MOST_WAITING = 256;

export class Checker {
  readonly #board: JobBoard;
  #waiting: Waiting[] = [];
  /** When the first of them came. */
  #sinceMs = 0;

  constructor(board: JobBoard) {
    this.#board = board;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  /** Whether those that wait must wait no longer, whatever else there is to be read. */
  isDue(nowMs: number): boolean {
    const { length } = this.#waiting;
    return length >= MOST_WAITING || (length > 0 && nowMs - this.#sinceMs >= MOST_WAIT_MS);
  }

  /** @param verdict - what is known already; `null`: nothing */
  add(
    client: Client,
    { id, share, verdict }: Pick<Waiting, 'id' | 'share'> & { readonly verdict: Verdict | null },
    nowMs: number,
  ): void {
    if (this.isIdle) this.#sinceMs = nowMs;
    const look = verdict ?? this.#lookAt(client, share);
    this.#waiting.push({ client, id, share, look });
  }

  /** Everything that waits, hashed and judged, in the order in which it came. */
  *checked(): Generator<Checked, void, undefined> {
    const waiting = this.#waiting;
    this.#waiting = [];
    const looks = waiting.flatMap(({ look }) => (look.kind === 'look' ? [look] : []));
    const { digests, messages } = hashShares(looks.map(({ read }) => read));
    let hashed = 0;
    for (const { client, id, share, look } of waiting) {
      if (look.kind !== 'look') {
        yield { client, id, share, verdict: look, origin: null, solved: null };
        continue;
      }
      const [at, message] = [32 * hashed, messages[hashed] as Uint8Array];
      hashed += 1;
      const verdict = this.#judge(look, digests, at);
      // It left while its share waited.
      if (!client.isOpen) this.#board.leave(look.number);
      const isSolution =
        verdict.kind === 'accepted' &&
        look.job.origin.target.isMetBy(digests.subarray(at, at + 32), 'le');
      const solved = isSolution
        ? { job: look.job, read: look.read, solution: solutionOf(look, digests, at, message) }
        : null;
      yield { client, id, share, verdict, origin: look.job.origin, solved };
    }
  }

  #lookAt({ state }: Client, share: ShareFields): Look | Verdict {
    const job = this.#board.find(share.jobId);
    if (job === 'stale') return { kind: 'stale', text: 'stale job' };
    if (job === 'unknown-job') return { kind: 'unknown-job', text: 'job not found' };
    const target = targetOf(state, job);
    // Of another lane, or from before the extranonce changed.
    if (target === null || state.number === null) return { kind: 'stale', text: 'stale job' };
    const { reversedNonces } = state.quirks;
    const versionMask = maskOf(state, job.space);
    const read = readShare(job, state.number, share, { reversedNonces, versionMask });
    if (typeof read === 'string') return { kind: 'other', text: read };
    const bytes = target.toBytes('be');
    const hashes = target.expectedHashes;
    return { kind: 'look', job, number: state.number, read, target: bytes, hashes };
  }

  #judge({ job, number, target, hashes }: Look, digests: Uint8Array, at: number): Verdict {
    if (!meets(digests, at, target))
      return { kind: 'low-difficulty', text: 'low difficulty share' };
    // Solved by a share of this very batch.
    if (!job.origin.isLive) return { kind: 'stale', text: 'stale job' };
    switch (job.origin.accepted.add(number, digests, at)) {
      case 'new':
        return { kind: 'accepted', hashes };
      case 'duplicate':
        return { kind: 'duplicate', text: 'duplicate share' };
      case 'too-many':
        return { kind: 'too-many', text: 'too many shares of one job' };
    }
  }
}

function solutionOf({ read }: Look, digests: Uint8Array, at: number, bytes: Uint8Array): Solution {
  const message = new Uint8Array(bytes);
  const view = Buffer.from(message.buffer);
  const nonce =
    read.kind === 'chainweb'
      ? view.readBigUInt64LE(message.length - NONCE_BYTES)
      : BigInt(read.fields.nonce);
  return { nonce, hash: digests.slice(at, at + 32) as Uint8Array<ArrayBuffer>, message };
}
