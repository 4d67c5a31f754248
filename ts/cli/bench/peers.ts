import { getHashes, hash as nodeHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Algorithm } from '../../native/contract.js';

/** Hashes one message, as a user of that package would: no loop of ours inside. */
export type PeerHash = (message: Uint8Array) => Uint8Array;

/** A package that people use for the same purpose. */
export interface PeerRow {
  readonly name: string;
  readonly version: () => string;
  /** `null`: it has no such hash here, or is not installed. */
  readonly load: (algorithm: Algorithm) => Promise<PeerHash | null>;
}

/** Every package that `bench` measures itself against. */
export const PEERS: readonly PeerRow[] = [
  {
    name: 'node:crypto',
    version: () => process.versions.node,
    load: async (algorithm) => {
      const name = algorithm === 'blake2s' ? 'blake2s256' : 'sha256';
      if (!getHashes().includes(name)) return null;
      // `hash()` and not `createHash()`: no object per call, the faster of the two.
      const once: PeerHash = (message) => nodeHash(name, message, 'buffer');
      return algorithm === 'sha256d' ? (message) => once(once(message)) : once;
    },
  },
  {
    name: '@noble/hashes',
    version: () => installedVersion('@noble/hashes', '@noble/hashes/sha2.js'),
    load: async (algorithm) => {
      if (algorithm === 'blake2s') {
        const { blake2s } = await import('@noble/hashes/blake2.js');
        return (message) => blake2s(message);
      }
      const { sha256 } = await import('@noble/hashes/sha2.js');
      return algorithm === 'sha256d'
        ? (message) => sha256(sha256(message))
        : (message) => sha256(message);
    },
  },
  {
    name: 'hash-wasm',
    version: () => installedVersion('hash-wasm', 'hash-wasm'),
    load: async (algorithm) => {
      const wasm = await installed<HashWasm>('hash-wasm');
      if (wasm === null) return null;
      const hasher = await (algorithm === 'blake2s' ? wasm.createBLAKE2s() : wasm.createSHA256());
      const once: PeerHash = (message) => hasher.init().update(message).digest('binary');
      return algorithm === 'sha256d' ? (message) => once(once(message)) : once;
    },
  },
  {
    name: 'sodium-native',
    version: () => installedVersion('sodium-native', 'sodium-native'),
    load: async (algorithm) => {
      // Its generichash is Blake2b.
      if (algorithm === 'blake2s') return null;
      const sodium = (await installed<{ default: SodiumNative }>('sodium-native'))?.default;
      if (sodium === undefined) return null;
      const once: PeerHash = (message) => {
        const digest = new Uint8Array(32);
        sodium.crypto_hash_sha256(digest, message);
        return digest;
      };
      return algorithm === 'sha256d' ? (message) => once(once(message)) : once;
    },
  },
  {
    name: '@stablelib/blake2s',
    version: () => installedVersion('@stablelib/blake2s', '@stablelib/blake2s'),
    load: async (algorithm) => {
      if (algorithm !== 'blake2s') return null;
      const stablelib = await installed<{ hash: PeerHash }>('@stablelib/blake2s');
      return stablelib && ((message) => stablelib.hash(message));
    },
  },
];

/** The part of hash-wasm that is timed. */
interface HashWasm {
  createBLAKE2s(): Promise<WasmHasher>;
  createSHA256(): Promise<WasmHasher>;
}
interface WasmHasher {
  init(): WasmHasher;
  update(message: Uint8Array): WasmHasher;
  digest(format: 'binary'): Uint8Array;
}

/** The part of sodium-native that is timed. */
interface SodiumNative {
  crypto_hash_sha256(digest: Uint8Array, message: Uint8Array): void;
}

/** A package that only a benchmark needs: this package does not depend on it. */
async function installed<T>(name: string): Promise<T | null> {
  try {
    return (await import(name)) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/** The version of an installed package. `exports` often hides package.json, so it is searched. */
function installedVersion(name: string, entry: string): string {
  let folder = dirname(createRequire(import.meta.url).resolve(entry));
  for (;;) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) {
      const found = JSON.parse(readFileSync(manifest, 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (found.name === name && found.version !== undefined) return found.version;
    }
    const parent = dirname(folder);
    if (parent === folder) return 'unknown';
    folder = parent;
  }
}
