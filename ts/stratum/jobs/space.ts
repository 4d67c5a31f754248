/**
 * How the bytes that can be rolled are shared out: what a pool has fixed, what tells our devices
 * apart, what each device rolls. Sessions never share, so no two devices hash the same twice.
 */

import { NONCE_BYTES, type Template } from './template.js';

export interface Space {
  readonly dialect: Template['kind'];
  /** Fixed by the pool above; empty for a node's work. In the order in which it is hashed. */
  readonly prefix: Uint8Array;
  /** Bytes that we fix, one number per session. */
  readonly ownBytes: number;
  /** Bytes that the device rolls. */
  readonly deviceBytes: number;
  /** Version bits that a device may roll. */
  readonly versionMask: number;
}

/** Devices expect two bytes of nonce1 and six of nonce2: some ignore any other size. */
export const CHAINWEB_DEVICE_BYTES = 6;
/** Behind a Chainweb pool: 256 devices of 2^40 nonces each, rather than 65,536 of 2^32. */
const CHAINWEB_PROXY_BYTES = 1;
const MOST_OWN_BYTES = 4;
/** Miners keep the extranonce they roll in 64 bits. */
const MOST_DEVICE_BYTES = 8;

/** @returns `null` when there is too little left to share */
export function spaceOf(template: Template): Space | null {
  return template.kind === 'chainweb'
    ? chainwebSpace(template.fixed)
    : bitcoinSpace(template.extranonce1, template.extranonce2Bytes, template.versionMask);
}

function chainwebSpace(prefix: Uint8Array): Space | null {
  const free = NONCE_BYTES - prefix.length;
  const ownBytes = prefix.length === 0 ? free - CHAINWEB_DEVICE_BYTES : CHAINWEB_PROXY_BYTES;
  const deviceBytes = free - ownBytes;
  if (deviceBytes < 1) return null;
  return { dialect: 'chainweb', prefix, ownBytes, deviceBytes, versionMask: 0 };
}

function bitcoinSpace(prefix: Uint8Array, free: number, versionMask: number): Space | null {
  if (free < 2) return null;
  const ownBytes = Math.max(free - MOST_DEVICE_BYTES, Math.min(MOST_OWN_BYTES, free >> 1));
  return { dialect: 'bitcoin', prefix, ownBytes, deviceBytes: free - ownBytes, versionMask };
}

/** Whether what a device was told of the nonces still holds; the version bits are another matter. */
export function sameSpace(one: Space, other: Space): boolean {
  if (one === other) return true;
  return (
    one.dialect === other.dialect &&
    one.ownBytes === other.ownBytes &&
    one.deviceBytes === other.deviceBytes &&
    one.prefix.length === other.prefix.length &&
    one.prefix.every((byte, i) => byte === other.prefix[i])
  );
}

/** Sessions that a space can tell apart. */
export function mostSessions({ ownBytes }: Space): number {
  return 2 ** (8 * ownBytes);
}

/** The bytes of one session's number, in the order in which they are hashed. */
export function ownPart({ dialect, ownBytes }: Space, number: number): Uint8Array {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(number % 2 ** 48, 0, 6);
  const own = Buffer.alloc(ownBytes);
  bytes.copy(own, Math.max(0, ownBytes - 6), Math.max(0, 6 - ownBytes));
  return dialect === 'chainweb' ? own.reverse() : own;
}

/**
 * What the device is told: extranonce1, or nonce1. Padded, most significant byte first: a nonce is
 * little-endian in a Chainweb header, so there it is what is hashed turned around.
 */
export function extranonce1Of(space: Space, number: number): Uint8Array {
  const bytes = Buffer.concat([space.prefix, ownPart(space, number)]);
  return space.dialect === 'chainweb' ? bytes.reverse() : bytes;
}
