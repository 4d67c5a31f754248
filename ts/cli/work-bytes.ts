import { readFileSync, statSync } from 'node:fs';
import { UsageError } from './exit.js';
import type { FixedLayout } from './layouts.js';

/** The longest message a search takes: 1 MiB. */
const MOST_BYTES = 1 << 20;
const FLAG = '--work';

/**
 * The bytes that `--work` names: hex digits, or `@` and the path of a file that holds the bytes
 * themselves (never hex text: a file of hex digits is legal work for `--layout custom`).
 *
 * @throws UsageError when there are none, too many, or the file cannot be read
 */
export function readWork(text: string): Uint8Array {
  if (text.startsWith('@')) return readFile(text.slice(1));
  if (text.length > MOST_BYTES * 2) throw new UsageError(FLAG, 'expected at most 1 MiB');
  if (text.length === 0 || text.length % 2 === 1 || !/^[\da-f]*$/i.test(text)) {
    throw new UsageError(FLAG, 'expected an even number of hex digits, or @ and a file name');
  }
  return new Uint8Array(Buffer.from(text, 'hex'));
}

function readFile(path: string): Uint8Array {
  try {
    const found = statSync(path);
    // Not a device or a pipe either: their size is unknown, and some never end.
    if (!found.isFile()) throw new UsageError(FLAG, `${path} is not a regular file`);
    if (found.size > MOST_BYTES) throw new UsageError(FLAG, 'expected a file of at most 1 MiB');
    // A copy: `readFileSync` may hand out a slice of a larger buffer.
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new UsageError(FLAG, `cannot read ${path} (${reason})`);
  }
}

/** What {@link fitWork} made of the bytes. */
export interface FittedWork {
  readonly bytes: Uint8Array;
  /** Said aloud when bytes were left out; `null` when none were. */
  readonly note: string | null;
}

/**
 * Holds the bytes to the size that a layout hashes.
 *
 * @throws UsageError that names the size expected and the size found
 */
export function fitWork(bytes: Uint8Array, name: string, layout: FixedLayout): FittedWork {
  const { workBytes } = layout;
  if (bytes.length === workBytes) return { bytes, note: null };
  const longer = layout.longer.find((row) => row.bytes === bytes.length);
  if (longer !== undefined) {
    return {
      bytes: bytes.slice(0, workBytes),
      note: `hashing the first ${workBytes} of ${bytes.length} bytes; the rest is ${longer.rest}`,
    };
  }
  const sizes = [workBytes, ...layout.longer.map((row) => row.bytes)].join(' or ');
  throw new UsageError(
    FLAG,
    `expected ${sizes} bytes for ${name}, got ${bytes.length}${advice(bytes, layout)}`,
  );
}

function advice(bytes: Uint8Array, layout: FixedLayout): string {
  const mistaken = layout.mistaken.find((row) => row.bytes === bytes.length);
  if (mistaken !== undefined) return `: ${mistaken.advice}`;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return /^[\da-f]+\s*$/i.test(text)
    ? ': the file holds hex text; pass it as --work "$(cat FILE)"'
    : '';
}
