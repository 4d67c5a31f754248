/** From what a device sent to the bytes that are hashed. */

import { rolledVersion } from '../../bitcoin/index.js';
import { padded, type ShareFields } from '../wire/requests.js';
import type { IssuedJob } from './board.js';
import { ownPart } from './space.js';
import { type BitcoinTemplate, type ChainwebTemplate, NONCE_BYTES } from './template.js';

/** How far a device may count the time up: a block from two hours ahead is refused. */
const MOST_TIME_AHEAD = 7000;

/** What a device rolls of a header of Bitcoin. */
export interface RolledFields {
  readonly version: number;
  readonly timeSeconds: number;
  readonly nonce: number;
}

/** A share whose fields fit its job. */
export type ReadShare =
  | {
      readonly kind: 'chainweb';
      /** The whole header. */
      readonly header: Uint8Array;
    }
  | {
      readonly kind: 'bitcoin';
      readonly template: BitcoinTemplate;
      /** All of the extranonce that the pool above leaves free. */
      readonly extranonce2: Uint8Array;
      readonly fields: RolledFields;
    };

/** @returns what is wrong with it, in words for the device */
export function readShare(
  { template, space }: IssuedJob,
  number: number,
  share: ShareFields,
  options: { readonly reversedNonces: boolean; readonly versionMask: number },
): ReadShare | string {
  const own = ownPart(space, number);
  if (template.kind === 'bitcoin') {
    return bitcoinOf(template, own, space.deviceBytes, share, options.versionMask);
  }
  const rolled = padded(share.nonce2, space.deviceBytes);
  if (rolled === null) return `nonce2 has more than ${space.deviceBytes} bytes`;
  if (!options.reversedNonces) rolled.reverse();
  return { kind: 'chainweb', header: chainwebHeader(template, own, rolled) };
}

/** The nonce is little-endian: what the pool fixed, what we fixed, what the device rolled. */
function chainwebHeader(
  { header, fixed }: ChainwebTemplate,
  own: Uint8Array,
  rolled: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(header);
  const first = bytes.length - NONCE_BYTES;
  bytes.set(fixed, first);
  bytes.set(own, first + fixed.length);
  bytes.set(rolled, first + fixed.length + own.length);
  return bytes;
}

function bitcoinOf(
  template: BitcoinTemplate,
  own: Uint8Array,
  deviceBytes: number,
  share: ShareFields,
  versionMask: number,
): ReadShare | string {
  const rolled = padded(share.extranonce2, deviceBytes);
  if (rolled === null) return `extranonce2 has more than ${deviceBytes} bytes`;
  const { timeSeconds, nonce, versionBits } = share;
  const ahead = timeSeconds - template.timeSeconds;
  if (ahead < 0 || ahead > MOST_TIME_AHEAD) return 'ntime out of range';
  if (versionBits !== null && (versionBits & ~versionMask) !== 0) {
    return 'version bits outside of the mask';
  }
  const bits = versionBits ?? template.version;
  const version = rolledVersion(template.version, versionMask, (bits & versionMask) >>> 0);
  const extranonce2 = Buffer.concat([own, rolled]);
  return { kind: 'bitcoin', template, extranonce2, fields: { version, timeSeconds, nonce } };
}
