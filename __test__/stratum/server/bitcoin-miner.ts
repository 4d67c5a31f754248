/** A miner that speaks the Bitcoin dialect, at a desk of its own, and shares found for it. */

import {
  type BitcoinJobOptions,
  bitcoinHash,
  bitcoinHeader,
  bitcoinJob,
  bitcoinNonce,
  type Notify,
  oneIn,
} from '../jobs.js';
import { Desk, type DeskOptions, type Device, paramsOf } from './desk.js';

export const easy = oneIn(64);

export interface Miner {
  readonly desk: Desk;
  readonly device: Device;
  readonly extranonce1: string;
  readonly size: number;
  readonly notify: Notify;
}

export function mining(
  job: BitcoinJobOptions = {},
  options: DeskOptions = {},
  before?: (device: Device) => void,
): Miner {
  const desk = new Desk({ dialect: 'bitcoin', ...options });
  desk.start(bitcoinJob({ target: easy, goal: 'all', ...job }));
  const device = desk.connect();
  before?.(device);
  const lines = device.call('mining.subscribe', ['cpuminer/1']);
  const [answer] = lines as unknown as { result: [unknown, string, number] }[];
  const [notify] = paramsOf(lines, 'mining.notify') as unknown as Notify[];
  if (answer === undefined || notify === undefined) throw new Error(JSON.stringify(lines));
  return { desk, device, extranonce1: answer.result[1], size: answer.result[2], notify };
}

/** A share at extranonce2 `roll`, put together by the test alone. */
export function shareOf(
  { extranonce1, size, notify }: Miner,
  roll: number,
  target = easy,
  algorithm = 'sha256d',
) {
  const extranonce2 = roll.toString(16).padStart(2 * size, '0');
  const header = bitcoinHeader(notify, extranonce1 + extranonce2, notify[7], '00000000');
  const nonce = bitcoinNonce(header, target.toBigInt(), algorithm);
  return { extranonce2, time: notify[7], nonce, header };
}

/** A nonce of the same header whose hash is above the target. */
export function missOf({ extranonce1, size, notify }: Miner, roll: number): string {
  const extranonces = extranonce1 + roll.toString(16).padStart(2 * size, '0');
  for (let nonce = 0; ; nonce++) {
    const digits = nonce.toString(16).padStart(8, '0');
    const header = bitcoinHeader(notify, extranonces, notify[7], digits);
    if (bitcoinHash(header) > easy.toBigInt()) return digits;
  }
}
