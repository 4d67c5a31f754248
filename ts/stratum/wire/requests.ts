/** What a device asks for, in either dialect: the wire's spellings stop here. */

import { Target } from '../../core/target.js';
import type { Request } from '../messages.js';

/** A device's guess, as it came. Hex is padded and taken apart where the sizes are known. */
export interface ShareFields {
  readonly user: string;
  readonly jobId: string;
  /** Chainweb: what the device rolled, most significant digit first. */
  readonly nonce2: string;
  /** Bitcoin. */
  readonly extranonce2: string;
  readonly timeSeconds: number;
  readonly nonce: number;
  /** Bits of the version that were rolled; `null`: none were sent. */
  readonly versionBits: number | null;
}

export type DeviceRequest =
  | { readonly kind: 'subscribe'; readonly id: unknown; readonly agent: string | null }
  | {
      readonly kind: 'authorize';
      readonly id: unknown;
      readonly user: string;
      readonly password: string;
    }
  | {
      readonly kind: 'configure';
      readonly id: unknown;
      readonly extensions: readonly string[];
      readonly versionMask: number;
      readonly minimumHashes: number | null;
    }
  | { readonly kind: 'suggest'; readonly id: unknown; readonly hashes: number }
  | { readonly kind: 'extranonce'; readonly id: unknown }
  | { readonly kind: 'submit'; readonly id: unknown; readonly share: ShareFields }
  | { readonly kind: 'ping'; readonly id: unknown }
  | { readonly kind: 'unknown'; readonly id: unknown; readonly method: string }
  | { readonly kind: 'bad'; readonly id: unknown; readonly detail: string };

/** Longer names tell nobody more. */
const MOST_NAME = 256;
const HEX = /^(?:0x)?([0-9a-f]{1,128})$/i;

export type ShareReader = (
  params: readonly unknown[],
  user: string,
  jobId: string,
) => ShareFields | string;

/** @param shareOf - reads the rest of `mining.submit`, or says what is wrong with it */
export function deviceRequest(
  { id, method, params }: Request,
  shareOf: ShareReader,
): DeviceRequest {
  const bad = (detail: string): DeviceRequest => ({ kind: 'bad', id, detail });
  switch (method) {
    case 'mining.subscribe': {
      const [agent] = params;
      const name = typeof agent === 'string' ? agent.slice(0, MOST_NAME) : null;
      return { kind: 'subscribe', id, agent: name };
    }
    case 'mining.authorize': {
      const [user, password] = params;
      if (!isName(user)) return bad('the user must be a string');
      return { kind: 'authorize', id, user, password: isName(password) ? password : '' };
    }
    case 'mining.configure':
      return configureOf(id, params);
    case 'mining.suggest_difficulty': {
      const target = targetOfDifficulty(params[0]);
      if (target === null) return bad('the difficulty must be a number above zero');
      return { kind: 'suggest', id, hashes: target.expectedHashes };
    }
    case 'mining.suggest_target': {
      const target = targetOfHex(params[0]);
      if (target === null) return bad('the target must be up to 64 hex digits');
      return { kind: 'suggest', id, hashes: target.expectedHashes };
    }
    case 'mining.extranonce.subscribe':
      return { kind: 'extranonce', id };
    case 'mining.submit': {
      const [user, jobId] = params;
      if (!isName(user) || !isName(jobId)) return bad('user and job must be strings');
      const share = shareOf(params, user, jobId);
      return typeof share === 'string' ? bad(share) : { kind: 'submit', id, share };
    }
    case 'mining.ping':
      return { kind: 'ping', id };
    default:
      return { kind: 'unknown', id, method };
  }
}

/** BIP 310. */
function configureOf(id: unknown, [extensions, given]: readonly unknown[]): DeviceRequest {
  if (!Array.isArray(extensions)) return { kind: 'bad', id, detail: 'extensions must be a list' };
  const options = (typeof given === 'object' && given !== null ? given : {}) as Record<
    string,
    unknown
  >;
  const least = targetOfDifficulty(options['minimum-difficulty.value']);
  return {
    ...{ kind: 'configure', id },
    extensions: extensions.filter((name) => typeof name === 'string').slice(0, 16),
    versionMask: hexNumber(options['version-rolling.mask']) ?? 0xffff_ffff,
    minimumHashes: least?.expectedHashes ?? null,
  };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MOST_NAME;
}

/** Hex digits without `0x`; `null`: no hex. */
export function hexDigits(value: unknown): string | null {
  const [, digits = null] = typeof value === 'string' ? (HEX.exec(value) ?? []) : [];
  return digits;
}

/** A 32-bit number of any number of digits: some firmware does not pad. */
export function hexNumber(value: unknown): number | null {
  const digits = hexDigits(value);
  const number = digits === null ? Number.NaN : Number.parseInt(digits, 16);
  return number <= 0xffff_ffff ? number : null;
}

/** Digits as `size` bytes, padded on the left; `null` when they do not fit. */
export function padded(digits: string, size: number): Uint8Array | null {
  const excess = digits.length - 2 * size;
  if (excess > 0 && /[^0]/.test(digits.slice(0, excess))) return null;
  const exact = excess > 0 ? digits.slice(excess) : digits.padStart(2 * size, '0');
  return Buffer.from(exact, 'hex');
}

export function targetOfDifficulty(value: unknown): Target | null {
  if (typeof value !== 'number') return null;
  try {
    return Target.fromDifficulty(value, 'bitcoin');
  } catch {
    return null;
  }
}

export function targetOfHex(value: unknown): Target | null {
  const digits = hexDigits(value);
  if (digits === null || digits.length > 64) return null;
  return Target.fromHex(digits.padStart(64, '0'));
}
