/**
 * Frames of version 1, as an older program sends them: 16 bytes of header in the byte order of the
 * sender's CPU: magic u32 | version u16 | type u16 | length u32 | sum of the payload's bytes u32.
 * They are told apart before anything else is read, and answered so that the reason is seen there.
 */

/** The magic, as a little endian CPU writes it. */
const LITTLE = [0x45, 0x4e, 0x49, 0x4d];
const BIG = [0x4d, 0x49, 0x4e, 0x45];
const HEADER_BYTES = 16;
const VERSION = 1;
const GOODBYE = 11;

/** Bytes that {@link isVersion1} needs. */
export const VERSION1_PREFIX = 4;

/**
 * Whether a connection begins with a frame of version 1.
 *
 * @param first - the first bytes, four or more. The magic in big endian is that of version 2 as
 *   well: with a fifth byte the two are told apart, without one it counts as version 1, for
 *   version 2 never comes in clear where TLS is expected
 */
export function isVersion1(first: Uint8Array): boolean {
  if (LITTLE.every((byte, i) => first[i] === byte)) return true;
  // The fifth byte: of version 1 the upper half of its version, 0; of version 2 the version, 2.
  return BIG.every((byte, i) => first[i] === byte) && (first[4] ?? 0) === 0;
}

/**
 * A GOODBYE of version 1 with the reason as its payload.
 *
 * @param first - what the other end began with: it is answered in its byte order
 */
export function version1Goodbye(first: Uint8Array, reason: string): Uint8Array<ArrayBuffer> {
  const little = first[0] === LITTLE[0];
  const payload = Buffer.from(reason);
  const frame = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(frame.buffer);
  frame.set(little ? LITTLE : BIG);
  view.setUint16(4, VERSION, little);
  view.setUint16(6, GOODBYE, little);
  view.setUint32(8, payload.length, little);
  view.setUint32(
    12,
    payload.reduce((sum, byte) => sum + byte, 0),
    little,
  );
  frame.set(payload, HEADER_BYTES);
  return frame;
}
