/** A Chainweb device by `node:crypto`: mines what it gets until the server hangs up. */

import { type ChainwebTold, chainwebHash } from './jobs.js';
import { RawDevice } from './raw-device.js';

/** Hashed before it listens again. */
const BATCH = 64;

/** @returns when the server knows it */
export async function mineAsDevice(port: number): Promise<void> {
  const device = RawDevice.tcp(port);
  await new Promise<void>((resolve) => device.socket.once('connect', () => resolve()));
  device.call('mining.subscribe', ['plain'], 'subscribe');
  void mine(device);
}

async function mine(device: RawDevice): Promise<void> {
  const { nonce1 } = await subscribed(device);
  let target = 0n;
  let told: ChainwebTold | null = null;
  for (let nonce = 0; !device.isClosed; nonce++) {
    for (const line of device.lines.splice(0)) {
      if (Array.isArray(line)) continue;
      const { method, params } = line as { method?: string; params?: string[] };
      if (method === 'mining.set_target') target = BigInt(`0x${params?.[0]}`);
      if (method !== 'mining.notify') continue;
      const [jobId = '', header = ''] = params ?? [];
      told = { jobId, header: Buffer.from(header, 'hex'), nonce1 };
    }
    if (told !== null && chainwebHash(told, nonce.toString(16)) <= target) {
      device.call('mining.submit', ['plain', told.jobId, nonce.toString(16)], nonce);
    }
    if (nonce % BATCH === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function subscribed(device: RawDevice): Promise<{ readonly nonce1: string }> {
  try {
    const { result } = await device.answer('subscribe');
    return { nonce1: (result as string[])[1] ?? '' };
  } catch {
    return { nonce1: '0000' }; // it hung up
  }
}
