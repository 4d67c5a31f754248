/**
 * Keys of the workers of a master, one each. The file has one line of JSON for every key that was
 * added and every one that was revoked, and only grows: two commands at once lose nothing, and a
 * command that was killed leaves at most a line that nobody can read.
 */

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { badArgument } from '../../core/arguments.js';
import { PowError } from '../../errors.js';
import type { Clock } from '../../miner/clock.js';

export interface ClusterKey {
  readonly identity: string;
  /** 64 hex digits. */
  readonly secret: string;
  /** ISO 8601. */
  readonly added: string;
}

const IDENTITY = /^[\w.-]{1,64}$/;
const SECRET = /^[0-9a-f]{64}$/;
const SECRET_BYTES = 32;
/** What a file of keys has a line of, be it torn; a file of something else is left as it is. */
const LINE = /^\s*\{.*"(identity|revoked)"/m;
/** A hundred thousand workers; what is larger is no file of keys. */
const MOST_BYTES = 32 << 20;
const LOOK_EVERY_MS = 500;

/**
 * Makes a key and appends it. The file is made, for its owner alone, where there is none.
 *
 * @param identity - 1 to 64 letters, digits, `.`, `_` and `-`
 * @param now - when, ISO 8601
 * @throws {@link PowError} `POW_ARGUMENT` when there is such a key, or the file cannot be used
 */
export function addKey(file: string, identity: string, now: string): ClusterKey {
  requireIdentity(identity);
  const key = { identity, secret: randomBytes(SECRET_BYTES).toString('hex'), added: now };
  append(file, key);
  // Of two that add the same one at once the first in the file has it.
  if (readKeys(file).get(identity)?.secret !== key.secret) {
    throw fileError(file, `it has a key of ${identity} already; revoke that first`);
  }
  return key;
}

/** @returns whether there was such a key. Connections that were made with it are closed. */
export function revokeKey(file: string, identity: string, now: string): boolean {
  requireIdentity(identity);
  if (!readKeys(file).has(identity)) return false;
  append(file, { revoked: identity, at: now });
  return true;
}

/** Those that are not revoked, in the order in which they were added. */
export function listKeys(file: string): readonly ClusterKey[] {
  return [...readKeys(file).values()];
}

/** @throws {@link PowError} `POW_ARGUMENT`: nobody but its owner may read it */
export function readKeys(file: string): ReadonlyMap<string, ClusterKey> {
  let text: string;
  try {
    requirePrivate(file, statSync(file));
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw asFileError(file, cause);
  }
  const keys = new Map<string, ClusterKey>();
  for (const line of text.split('\n')) apply(keys, line);
  return keys;
}

/** Keys as the file has them now, whenever it changes. A file that cannot be read changes nothing. */
export class WatchedKeys {
  readonly #file: string;
  readonly #clock: Clock;
  readonly #events: KeyEvents;
  #keys: ReadonlyMap<string, ClusterKey>;
  #stamp: string;
  #cancel: () => void;

  /** @throws {@link PowError} `POW_ARGUMENT` when it cannot be read now */
  constructor(file: string, clock: Clock, events: KeyEvents) {
    this.#file = file;
    this.#clock = clock;
    this.#events = events;
    this.#stamp = stampOf(file);
    this.#keys = readKeys(file);
    this.#cancel = clock.after(LOOK_EVERY_MS, this.#look);
  }

  secretOf(identity: string): Buffer | null {
    const key = this.#keys.get(identity);
    return key === undefined ? null : Buffer.from(key.secret, 'hex');
  }

  /** Whether the key that a connection was made with is still the one of that identity. */
  has(identity: string, secret: Buffer): boolean {
    return this.secretOf(identity)?.equals(secret) ?? false;
  }

  close(): void {
    this.#cancel();
  }

  readonly #look = () => {
    this.#cancel = this.#clock.after(LOOK_EVERY_MS, this.#look);
    const stamp = stampOf(this.#file);
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    try {
      this.#keys = readKeys(this.#file);
    } catch (error) {
      this.#events.onUnreadable(error);
      return;
    }
    this.#events.onChange();
  };
}

export interface KeyEvents {
  onChange(): void;
  onUnreadable(error: unknown): void;
}

/** Looked at instead of watched: that works on network drives, and for files that are replaced. */
function stampOf(file: string): string {
  try {
    const { ino, size, mtimeMs, mode } = statSync(file);
    return `${ino} ${size} ${mtimeMs} ${mode}`;
  } catch {
    return 'none';
  }
}

function apply(keys: Map<string, ClusterKey>, line: string): void {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return; // empty, or torn when its writer was killed
  }
  if (typeof value !== 'object' || value === null) return;
  const { identity, secret, added, revoked } = value as Record<string, unknown>;
  if (typeof revoked === 'string') keys.delete(revoked);
  else if (typeof identity === 'string' && typeof secret === 'string' && typeof added === 'string')
    if (IDENTITY.test(identity) && SECRET.test(secret) && !keys.has(identity))
      keys.set(identity, { identity, secret, added });
}

/** Looks before it writes: a secret in a file that others may read is no secret any more. */
function append(file: string, line: object): void {
  try {
    const handle = openSync(file, 'a+', 0o600);
    try {
      const stats = fstatSync(handle);
      if (!stats.isFile()) throw fileError(file, 'it is no file');
      requirePrivate(file, stats);
      const before = readFileSync(handle, 'utf8');
      if (before.trim() !== '' && !LINE.test(before)) throw fileError(file, 'it has no keys in it');
      // A line feed first: what was torn before it stays a line of its own.
      writeSync(handle, `${before === '' ? '' : '\n'}${JSON.stringify(line)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch (cause) {
    throw asFileError(file, cause);
  }
}

function requirePrivate(file: string, { mode, size }: Stats): void {
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw fileError(file, 'others may read it: its mode must be 0600');
  }
  if (size > MOST_BYTES) throw fileError(file, 'it is too large');
}

function requireIdentity(identity: string): void {
  if (typeof identity !== 'string' || !IDENTITY.test(identity)) {
    throw badArgument('identity', '1 to 64 letters, digits, dots, _ and -', identity);
  }
}

function asFileError(file: string, cause: unknown): PowError {
  if (cause instanceof PowError) return cause;
  return fileError(file, cause instanceof Error ? cause.message : String(cause), cause);
}

function fileError(file: string, detail: string, cause?: unknown): PowError {
  return new PowError('POW_ARGUMENT', `keysFile ${file}: ${detail}`, {
    argument: 'keysFile',
    cause,
  });
}
