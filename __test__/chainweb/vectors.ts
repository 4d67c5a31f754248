/** The Chainweb vectors in full: what the tests of the codec hold it to. */

import { readFileSync } from 'node:fs';

export interface HeaderVector {
  readonly source: string;
  readonly chainwebVersion: string;
  readonly chainwebVersionCode: number;
  readonly chainId: number;
  readonly height: number;
  readonly headerHex: string;
  readonly workHeaderHex: string;
  readonly creationTimeMicros: number;
  readonly epochStartMicros: number;
  readonly flagsHexLE: string;
  readonly adjacentChainIds: readonly number[];
  readonly parentHex: string;
  readonly payloadHashHex: string;
  readonly targetHexLE: string;
  readonly targetHexBE: string;
  readonly weightHexLE: string;
  readonly nonceDec: string;
  readonly powHashHex: string;
  readonly blockHashHex: string;
}

interface Vectors {
  readonly vectors: readonly HeaderVector[];
  readonly negative: readonly [
    { readonly workHeaderHex: string; readonly powHashHex: string },
    { readonly headerHex: string; readonly blake2sOver318Hex: string },
    unknown,
  ];
  readonly composeNonce: readonly {
    readonly nonce1: string;
    readonly nonce2: string;
    readonly headerBytes278to285Hex: string;
  }[];
  readonly stratumEndToEnd: readonly {
    readonly jobWorkHeaderHex: string;
    readonly nonce1: string;
    readonly nonce2: string;
    readonly blockTargetHexBE: string;
    readonly solvedWorkHeaderHex: string;
    readonly powHashHexBE: string;
  }[];
  readonly stratumJobsUnsolved: readonly {
    readonly workHeaderHex: string;
    readonly chainId: number;
    readonly height: number;
    readonly blockTargetHexBE: string;
  }[];
  readonly workResponse: { readonly chainId: number; readonly hex: string };
}

export const vectors = JSON.parse(
  readFileSync(new URL('../vectors/chainweb.json', import.meta.url), 'utf8'),
) as Vectors;

export function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
