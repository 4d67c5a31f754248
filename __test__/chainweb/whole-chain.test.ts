import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Devnet } from '../../ts/chainweb/index.js';
import { rejection } from '../fixtures.js';
import { grow, withDevnet } from './devnet/node-client.js';
import { checkWholeChain } from './whole-chain.js';

/** Every hash meets the target of such a node. */
const EASY = { proofOfWork: true, difficulty: 1, window: 0 } as const;

async function growAll(node: Devnet, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const chain of node.heights.keys()) await grow(node, chain);
  }
}

test('a chain that is right passes, with every block after genesis', async () => {
  await withDevnet(EASY, async (node) => {
    assert.equal(await checkWholeChain(node.url), []);
    await growAll(node, 3);
    const blocks = await checkWholeChain(node.url);
    assert.is(blocks.length, 60);
    assert.is(new Set(blocks.map(({ chain, height }) => `${chain} ${height}`)).size, 60);
  });
});

test('a block without proof of work is found', async () => {
  await withDevnet({ ...EASY, difficulty: 1e12, proofOfWork: false }, async (node) => {
    await growAll(node, 1);
    const error = (await rejection(checkWholeChain(node.url))) as Error;
    assert.match(error.message, /^chain 0, height 1: its hash misses its target$/);
  });
});

/** A node whose answers about chain 3 go through `change`. */
async function checkThrough(node: Devnet, change: (body: Page) => Page): Promise<unknown> {
  const server = createServer(async (request, response) => {
    const answer = await fetch(node.url + request.url);
    const body = (await answer.json()) as Page;
    response.end(JSON.stringify(request.url?.includes('/chain/3/') ? change(body) : body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await rejection(
      checkWholeChain(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

interface Page {
  readonly items: readonly string[];
}

test('one bit of any field that is wrong is found, and so is a block that is missing', async () => {
  await withDevnet(EASY, async (node) => {
    await growAll(node, 2);
    const fields = [0, 8, 16, 48, 50, 54, 86, 158, 190, 222, 226, 258, 266, 270, 278, 286];
    for (const at of fields) {
      const flipped = (item: string) => {
        const bytes = Buffer.from(item, 'base64url');
        bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
        return bytes.toString('base64url');
      };
      const error = await checkThrough(node, (page) => ({
        ...page,
        items: page.items.map((item, height) => (height === 1 ? flipped(item) : item)),
      }));
      assert.match((error as Error).message, /chain 3\b/, `byte ${at}`);
    }
    const missing = (page: Page) => ({ ...page, items: page.items.toSpliced(1, 1) });
    assert.match(((await checkThrough(node, missing)) as Error).message, 'chain 3');
  });
});

test.run();
