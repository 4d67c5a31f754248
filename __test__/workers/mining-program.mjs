// A program for the external worker: MODE [FILE] TARGET. What it does is what its mode says; into
// FILE some write their process id, when they are ready.

import { createHash } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';

const [mode, ...rest] = process.argv.slice(2);
const targetHex = rest.at(-1) ?? '';
const [file = ''] = rest;

async function readWork() {
  const parts = [];
  for await (const part of process.stdin) parts.push(part);
  return Buffer.concat(parts);
}

/** @param {Buffer} bytes */
const sha256 = (bytes) => createHash('sha256').update(bytes).digest();

/**
 * The lowest nonce whose hash is at or below a target; both little-endian.
 *
 * @param {Buffer} target
 * @param {(bytes: Buffer) => Uint8Array} hashOf
 */
async function search(target, hashOf = sha256) {
  const work = await readWork();
  const limit = BigInt(`0x${Buffer.from(target).reverse().toString('hex')}`);
  for (let nonce = 0n; ; nonce++) {
    work.writeBigUInt64LE(nonce, work.length - 8);
    const hash = Buffer.from(hashOf(work)).reverse();
    if (BigInt(`0x${hash.toString('hex')}`) <= limit) return nonce;
  }
}

const bytewise = () => Buffer.from(targetHex, 'hex');
/** @param {bigint} nonce */
const digits = (nonce) => nonce.toString(16).padStart(16, '0');
const forever = () => setInterval(() => {}, 1 << 30);

/** @type {Record<string, () => unknown>} */
const MODES = {
  async honest() {
    process.stdout.write(`${digits(await search(bytewise()))}\n`);
  },
  /** The proof of work of Chainweb. */
  async chainweb() {
    const { blake2s } = await import('@noble/hashes/blake2.js');
    process.stdout.write(digits(await search(bytewise(), blake2s)));
  },
  async counting() {
    const nonce = await search(bytewise());
    process.stdout.write(`  ${digits(nonce)} ${nonce + 1n} 12.5\nmore\n`);
  },
  async mixed() {
    process.stdout.write(digits(await search(bytewise().swap64())));
  },
  async raw() {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(await search(bytewise()));
    process.stdout.write(bytes);
  },
  async environment() {
    process.stdout.write(process.env['ANSWER'] === 'yes' ? digits(await search(bytewise())) : 'no');
  },
  async colourful() {
    process.stderr.write('\x1b[2J\x1b]0;owned\x07\x9b31m\u202ered\r\nsecond line');
    process.stdout.write(digits(await search(bytewise())));
  },
  talkative() {
    process.stderr.write(`${'x'.repeat(5000)}\n`.repeat(200), () => process.exit(4));
  },
  hangs() {
    writeFileSync(file, String(process.pid));
    forever();
  },
  stubborn() {
    process.on('SIGTERM', () => {});
    writeFileSync(file, String(process.pid));
    forever();
  },
  async late() {
    const nonce = await search(bytewise());
    process.on('SIGTERM', () => process.stdout.write(digits(nonce), () => process.exit(0)));
    writeFileSync(file, String(process.pid));
    forever();
  },
  floods() {
    const flood = () => {
      while (process.stdout.write('0'.repeat(1 << 14)));
    };
    process.stdout.on('drain', flood);
    flood();
  },
  quits() {
    process.exit(3);
  },
  mute() {},
  wrong() {
    process.stdout.write('0'.repeat(16));
  },
  garbage() {
    process.stdout.write('\x1b[31mno nonce\n');
  },
  dies() {
    process.kill(process.pid, 'SIGKILL');
  },
  /** Fails until it has been started three times. */
  async improves() {
    appendFileSync(file, '.');
    const { readFileSync } = await import('node:fs');
    if (readFileSync(file, 'utf8').length < 3) process.exit(1);
    process.stdout.write(digits(await search(bytewise())));
  },
};

await MODES[mode ?? '']?.();
