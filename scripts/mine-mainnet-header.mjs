/**
 * Mines a real Chainweb mainnet header, on the compiled package as a user gets it: first for an
 * easier target, so that it takes seconds; then it proves the nonce that won on mainnet.
 */

import { readFileSync } from 'node:fs';
import { Interrupted, interruptSignal } from '../dist/cli/interrupt.js';
import { LiveStatus } from '../dist/cli/live-status.js';
import { count, hashRate } from '../dist/cli/quantities.js';
import { Engine, hash, NonceRange, Target, verify, Work } from '../dist/index.js';

const NONCE_OFFSET = 278; // the last 8 of the 286 bytes that are hashed
const MOST_EXPECTED_HASHES = 2 ** 31;
/** How long the search takes on average, where it is not limited by the number above. */
const SECONDS = 20;
const MEASURING_MS = 1000;

const vectors = new URL('../__test__/vectors/chainweb.json', import.meta.url);
/** One whose lowest winning nonce is early for a slow machine and not too late for a fast one. */
const block = JSON.parse(readFileSync(vectors, 'utf8')).vectors[1];

/** What a node hands to a miner: the nonce is not known yet. */
const message = Buffer.from(block.workHeaderHex, 'hex').fill(0, NONCE_OFFSET);
const work = new Work({
  algorithm: 'blake2s',
  message,
  nonce: { offset: NONCE_OFFSET, encoding: 'u64le' },
  hashOrder: 'le',
});

const engine = new Engine();
const interrupted = interruptSignal();
try {
  await mineEasierTarget();
  proveRealNonce();
} catch (error) {
  if (!(error instanceof Interrupted)) throw error;
  process.exitCode = 130;
} finally {
  await engine.close();
}

async function mineEasierTarget() {
  const { backend, threads, kernels } = engine.stats();
  console.log(`Chainweb mainnet, chain ${block.chainId}, height ${block.height}`);
  console.log(`backend   ${backend}, kernel ${kernels.blake2s}, ${threads.length} threads`);

  const target = targetFor(await measureHashRate());
  console.log(`target    ${target.toHex()} (${count(target.expectedHashes)} hashes expected)`);
  const status = new LiveStatus(process.stderr);
  let last = { hashes: 0, hashesPerSecond: 0 };
  const began = performance.now();
  const solution = await engine.mine(work, {
    target,
    signal: interrupted,
    onProgress: (progress) => {
      last = progress;
      status.show(progress);
    },
  });
  const seconds = (performance.now() - began) / 1000;
  status.clear();
  if (solution === null) throw new Error('2^64 nonces and none wins: not on this Earth');

  const digest = hash(work, solution.nonce);
  if (!verify(work, solution.nonce, target)) throw new Error('node:crypto does not agree');
  console.log(`nonce     ${solution.nonce}`);
  console.log(`hash      ${displayed(digest)}`);
  console.log(`hash rate ${hashRate(last.hashesPerSecond)} (${seconds.toFixed(1)} s)`);
  console.log('verified  node:crypto finds the same hash, at or below the target');
}

/** Hashes per second: a second's search for a hash that nobody will find. */
async function measureHashRate() {
  let hashes = 0;
  const enough = AbortSignal.timeout(MEASURING_MS);
  const began = performance.now();
  try {
    await engine.mine(work, {
      target: Target.fromBigInt(0n),
      range: NonceRange.random(work),
      signal: AbortSignal.any([enough, interrupted]),
      onProgress: (progress) => {
        hashes = progress.hashes;
      },
    });
  } catch (error) {
    if (!enough.aborted || interrupted.aborted) throw error;
  }
  return (hashes / (performance.now() - began)) * 1000;
}

/**
 * A power of two, so that the same machine finds the same nonce again.
 *
 * @param {number} hashesPerSecond
 */
function targetFor(hashesPerSecond) {
  const hashes = Math.min(hashesPerSecond * SECONDS, MOST_EXPECTED_HASHES);
  return Target.fromLeadingZeroBits(Math.max(Math.round(Math.log2(hashes)), 8));
}

function proveRealNonce() {
  const nonce = BigInt(block.nonceDec);
  const target = Target.fromHex(block.targetHexBE);
  if (!verify(work, nonce, target)) throw new Error('the nonce of a mainnet block does not verify');
  console.log(`\nThe nonce that won on mainnet, ${nonce}, with the block's own target:`);
  console.log(`target    ${target.toHex()} (${count(target.expectedHashes)} hashes expected)`);
  console.log(`hash      ${displayed(hash(work, nonce))}`);
  console.log('verified  node:crypto says that it wins');
}

/**
 * A hash as the number it is compared as: most significant byte first.
 *
 * @param {Uint8Array} digest
 */
function displayed(digest) {
  return Buffer.from(digest).reverse().toString('hex');
}
