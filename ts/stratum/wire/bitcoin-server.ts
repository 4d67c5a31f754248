/** The Bitcoin dialect, server side: `set_difficulty`, coinbase halves and branches. */

import { Target } from '../../core/target.js';
import type { IssuedJob } from '../jobs/board.js';
import type { BitcoinTemplate } from '../jobs/template.js';
import { requestLine, responseLine } from '../messages.js';
import type { Refusal, ServerDialect, ServerMessage, ShareTarget } from './answers.js';
import { hexDigits, hexNumber, type ShareFields } from './requests.js';

/** The codes in use; 21 is both. */
const CODES: Readonly<Record<Refusal, number>> = {
  other: 20,
  stale: 21,
  'unknown-job': 21,
  duplicate: 22,
  'too-many': 20,
  'low-difficulty': 23,
  unauthorized: 24,
  'not-subscribed': 25,
};

/** The target of difficulty 1: 0xffff * 2^208. */
const ONE_HASHES = Target.fromDifficulty(1, 'bitcoin').expectedHashes;
const ONE = 0xffffn << 208n;
const HALF = 1n << 255n;
/** A target that all hashes meet has no difficulty. */
const LEAST_HASHES = 2;

export const bitcoinServer: ServerDialect = {
  shareTarget(hashes) {
    // Six digits are shorter than a double, and finer than anybody's luck.
    return ofDifficulty(Number((Math.max(LEAST_HASHES, hashes) / ONE_HASHES).toPrecision(6)));
  },
  easiest,
  line: lineOf,
};

function ofDifficulty(difficulty: number): ShareTarget {
  return { difficulty, target: Target.fromDifficulty(difficulty, 'bitcoin') };
}

/** A difficulty is a double: the nearest one whose target is not below the one asked for. */
function easiest(target: Target): ShareTarget {
  const value = target.toBigInt();
  // Half of all hashes: an easier target than that is of no use, and hard to say.
  if (value >= HALF) return ofDifficulty(Number(ONE) / Number(HALF));
  let difficulty = Number(ONE) / Number(value === 0n ? 1n : value);
  for (let step = 2 ** -52; ; step *= 2) {
    const share = ofDifficulty(difficulty);
    if (share.target.toBigInt() >= value) return share;
    difficulty *= 1 - step;
  }
}

/** `[user, job, extranonce2, ntime, nonce, version bits?]` */
export function bitcoinShare(
  params: readonly unknown[],
  user: string,
  jobId: string,
): ShareFields | string {
  const extranonce2 = hexDigits(params[2]);
  const [timeSeconds, nonce] = [hexNumber(params[3]), hexNumber(params[4])];
  if (extranonce2 === null) return 'extranonce2 must be hex';
  if (timeSeconds === null || nonce === null) return 'ntime and nonce must be up to 8 hex digits';
  const versionBits = params[5] === undefined ? null : hexNumber(params[5]);
  if (params[5] !== undefined && versionBits === null) return 'version bits must be 8 hex digits';
  return { user, jobId, nonce2: '', extranonce2, timeSeconds, nonce, versionBits };
}

function lineOf(message: ServerMessage): string {
  switch (message.kind) {
    case 'subscribed': {
      const { id, session, extranonce1, deviceBytes } = message;
      const subscriptions = [
        ['mining.set_difficulty', session],
        ['mining.notify', session],
      ];
      return responseLine(id, [subscriptions, hex(extranonce1), deviceBytes], null);
    }
    case 'result':
      return responseLine(message.id, message.result, null);
    case 'refused':
      return responseLine(message.id, null, [CODES[message.refusal], message.text, null]);
    case 'denied':
      return responseLine(message.id, false, [CODES.unauthorized, message.text, null]);
    case 'target':
      return requestLine(null, 'mining.set_difficulty', [message.share.difficulty]);
    case 'job':
      return requestLine(null, 'mining.notify', notifyOf(message.job, message.clean));
    case 'extranonce': {
      const params = [hex(message.extranonce1), message.deviceBytes];
      return requestLine(null, 'mining.set_extranonce', params);
    }
    case 'version-mask':
      return requestLine(null, 'mining.set_version_mask', [hex32(message.mask)]);
    case 'malformed':
      return responseLine(null, null, [CODES.other, message.text, null]);
  }
}

function notifyOf(job: IssuedJob, clean: boolean): readonly unknown[] {
  const template = job.template as BitcoinTemplate;
  const { parent, coinbase1, coinbase2, branches, version, nBits, timeSeconds } = template;
  return [
    job.id,
    hex(wordsReversed(parent)),
    hex(coinbase1),
    hex(coinbase2),
    branches.map(hex),
    hex32(version),
    hex32(nBits),
    hex32(timeSeconds),
    clean,
  ];
}

/** Every 4-byte word turned around: how the previous hash goes over the wire. Its own inverse. */
export function wordsReversed(bytes: Uint8Array): Uint8Array {
  return Buffer.from(bytes).swap32();
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

export function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}
