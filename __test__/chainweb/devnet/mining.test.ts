import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeWorkHeader } from '../../../ts/chainweb/codec/header.js';
import {
  chainwebWork,
  decodeHeader,
  decodeWorkResponse,
  powHashOf,
} from '../../../ts/chainweb/codec.js';
import { CHAIN_GRAPHS } from '../../../ts/chainweb/devnet/graph.js';
import type { Devnet, DevnetEvent } from '../../../ts/chainweb/index.js';
import { mine } from '../../../ts/index.js';
import { hexOf } from '../vectors.js';
import { ask, askSolved, askWork, PREFIX, withDevnet } from './node-client.js';

/** The smallest miner there is: work, mine, post, again. */
async function mineBlocks(devnet: Devnet, blocks: number): Promise<void> {
  for (let i = 0; i < blocks; i++) {
    const { work: bytes } = decodeWorkResponse((await askWork(devnet)).body);
    const { work, target } = chainwebWork(bytes);
    const solution = await mine(work, { target });
    assert.ok(solution);
    if (solution) assert.is((await askSolved(devnet, solution.message)).status, 200);
  }
}

/** Every header of every chain, by chain and height. */
async function allHeaders(devnet: Devnet) {
  return Promise.all(
    devnet.heights.map(async (_, chain) => {
      const { body } = await ask(devnet, `${PREFIX}/chain/${chain}/header`);
      const { items } = JSON.parse(body.toString()) as { items: string[] };
      return items.map((text) => decodeHeader(Buffer.from(text, 'base64url')));
    }),
  );
}

for (const chains of [20, 10] as const) {
  test(`40 blocks are mined over ${chains} chains with real proofs of work`, async () => {
    const events: DevnetEvent[] = [];
    const onSolved = (event: DevnetEvent) => events.push(event);
    await withDevnet({ chains, proofOfWork: true, difficulty: 2000, onSolved }, async (devnet) => {
      await mineBlocks(devnet, 40);
      assert.equal(new Set(events.map(({ kind }) => kind)), new Set(['extended']));
      assert.is(
        devnet.heights.reduce((sum, height) => sum + height),
        40,
      );
      const headers = await allHeaders(devnet);
      CHAIN_GRAPHS[chains].forEach((neighbours, chain) => {
        const own = headers[chain] ?? [];
        assert.is(own.length - 1, devnet.heights[chain]);
        own.forEach((header, height) => {
          assert.is(header.height, BigInt(height));
          if (height === 0) return;
          assert.ok(header.target.isMetBy(powHashOf(encodeWorkHeader(header)), 'le'));
          assert.is(hexOf(header.parent), hexOf(own[height - 1]?.blockHash ?? new Uint8Array()));
          assert.equal(
            header.adjacents.map(({ chain: other }) => other),
            neighbours,
          );
          for (const { chain: other, hash } of header.adjacents) {
            const parent = headers[other]?.[height - 1];
            assert.is(hexOf(hash), hexOf(parent?.blockHash ?? new Uint8Array()));
          }
        });
      });
    });
  });
}

test.run();
