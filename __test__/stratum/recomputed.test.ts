/** A thousand accepted shares of the Bitcoin dialect, computed once more from the wire alone. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Target } from '../../ts/index.js';
import { bitcoinHash, bitcoinHeader, bitcoinJob, type Notify, oneIn } from './jobs.js';
import { LoopDevice } from './loop.js';
import { Desk } from './server/desk.js';

const SHARES = 1_000;

interface Line {
  readonly id: unknown;
  readonly method?: string;
  readonly params?: readonly unknown[];
  readonly result?: unknown;
}

for (const algorithm of ['sha256d', 'blake2s'] as const) {
  test(`${algorithm}: ${SHARES} accepted shares meet what the device had been told`, async () => {
    const desk = new Desk({
      ...{ dialect: 'bitcoin', difficulty: { kind: 'vardiff', startHashes: 16 } },
      vardiff: { shareMs: 500, windowMs: 30_000, band: 1.1, leastHashes: 16, mostHashes: 2 ** 40 },
    });
    desk.start(bitcoinJob({ target: oneIn(2 ** 60), template: { algorithm } }));
    const device = new LoopDevice(desk, {
      url: `stratum+tcp://10.0.0.1:1?dialect=bitcoin&algorithm=${algorithm}`,
    });
    try {
      await device.connected();
      while (device.shares.length < SHARES) await device.mine(30_000, 64);
      assert.ok(recomputed(device.wire as readonly Line[], algorithm) >= SHARES);
    } finally {
      await device.close();
      desk.hub.close();
    }
  });
}

/** Walks the lines of both sides in order. @returns how many accepted shares were looked at */
function recomputed(wire: readonly Line[], algorithm: string): number {
  const jobs = new Map<unknown, { readonly notify: Notify; readonly target: bigint }>();
  const submitted = new Map<unknown, readonly string[]>();
  const seen = new Set<string>();
  let [extranonce1, target] = ['', 0n];
  for (const { id, method, params = [], result } of wire) {
    if (method === 'mining.set_difficulty') {
      target = Target.fromDifficulty(params[0] as number, 'bitcoin').toBigInt();
    } else if (method === 'mining.notify') {
      jobs.set(params[0], { notify: params as unknown as Notify, target });
    } else if (method === 'mining.submit') {
      submitted.set(id, params as string[]);
    } else if (Array.isArray(result) && typeof result[1] === 'string') {
      extranonce1 = result[1];
    } else if (result === true && submitted.has(id)) {
      const [, jobId, extranonce2 = '', time = '', nonce = '', bits] = submitted.get(id) ?? [];
      const job = jobs.get(jobId);
      if (job === undefined) throw new Error(`${jobId} was never told`);
      const version = bits === undefined ? job.notify[5] : rolled(job.notify[5], bits);
      const header = bitcoinHeader(job.notify, extranonce1 + extranonce2, time, nonce, version);
      assert.ok(bitcoinHash(header, algorithm) <= job.target);
      seen.add(header.toString('hex'));
    }
  }
  return seen.size;
}

function rolled(version: string, bits: string): string {
  const mask = 0x1fff_e000;
  const value = (Number.parseInt(version, 16) & ~mask) | Number.parseInt(bits, 16);
  return (value >>> 0).toString(16).padStart(8, '0');
}

test.run();
