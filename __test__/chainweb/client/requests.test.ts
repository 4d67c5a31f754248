import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ChainwebClient } from '../../../ts/chainweb/client.js';
import { chunkOf, info, type RawNode, reply, streamOf, withRawNode } from '../raw-node.js';
import { bytesOf, vectors } from '../vectors.js';

const KEY = 'ab'.repeat(32);
const miner = { account: `k:${KEY}`, predicate: 'keys-all', publicKeys: [KEY] };
/** Nothing that is answered is late, however busy the machine. */
const PATIENT = { timeoutMs: 240_000, connectTimeoutMs: 240_000 } as const;
const workBody = bytesOf(vectors.workResponse.hex);
const never = new AbortController().signal;

const BASE = '/chainweb/0.0/mainnet01';
/** Requests of the page, as they stand there. */
const page = readFileSync(new URL('../../../docs/chainweb.md', import.meta.url), 'utf8');
const transcripts = [...page.matchAll(/^```http\n(.*?)^```$/gms)].map(([, text = '']) => text);
const seen = new Set<string>();

/** What the client sends for one call: head and body, to the byte. */
async function sent(
  answer: Buffer,
  call: (client: ChainwebClient) => Promise<unknown>,
): Promise<string> {
  let text = '';
  await withRawNode(
    () => answer,
    async (node: RawNode) => {
      const client = new ChainwebClient({ ...PATIENT, url: node.url, miner });
      try {
        await call(client);
      } finally {
        await client.close();
      }
      assert.is(node.requests.length, 1);
      const [request] = node.requests;
      text = `${request?.head.replace(new URL(node.url).host, 'HOST')}${request?.body.toString('hex')}`;
    },
  );
  return text;
}

/** The request on the page that begins with this line, with its body in hex. */
function documented(firstLine: string, body?: Uint8Array): string {
  const block = transcripts.find((text) => text.startsWith(`${firstLine} HTTP/1.1\n`));
  if (block === undefined) throw new Error(`the page has no ${firstLine}`);
  seen.add(block);
  const [head = '', text = ''] = block.split('\n\n');
  const bytes = body ?? Buffer.from(text.trim(), text.startsWith('{') ? 'utf8' : 'hex');
  const lines = `${head.replaceAll('\n', '\r\n')}\r\n\r\n`;
  return `${lines}${Buffer.from(bytes).toString('hex')}`;
}

test('GET /info', async () => {
  assert.is(await sent(info(), (client) => client.info(never)), documented('GET /info'));
});

for (const [chain, query] of [
  [null, ''],
  [7, '?chain=7'],
] as const) {
  test(`GET /mining/work${query} has the whole miner as its body`, async () => {
    assert.is(
      await sent(reply(200, workBody), (client) => client.work('mainnet01', chain, never)),
      documented(`GET ${BASE}/mining/work${query}`),
    );
  });
}

test('POST /mining/solved has the header and nothing else', async () => {
  const header = bytesOf(vectors.vectors[0]?.workHeaderHex ?? '');
  assert.is(header.length, 286);
  assert.is(
    await sent(reply(200), (client) => client.solved('mainnet01', header, never)),
    documented(`POST ${BASE}/mining/solved`, header),
  );
});

test('GET /mining/updates has the chain as four bytes', async () => {
  const call = async (client: ChainwebClient) => {
    const stop = new AbortController();
    for await (const _ of await client.updates('mainnet01', 0x0102, stop.signal)) break;
    stop.abort();
  };
  assert.is(
    await sent(streamOf('event:New Cut\n\n'), call),
    documented(`GET ${BASE}/mining/updates`),
  );
});

test('GET /cut', async () => {
  const hash = Buffer.alloc(32, 1).toString('base64url');
  const body = JSON.stringify({ hashes: { 3: { height: 9, hash } } });
  const call = async (client: ChainwebClient) => {
    const tip = await client.cutTip('mainnet01', 3, never);
    assert.equal(tip, { height: 9, hash: '01'.repeat(32) });
  };
  assert.is(await sent(reply(200, body), call), documented(`GET ${BASE}/cut`));
});

test('GET of a header names the block in base64url', async () => {
  const hash = Buffer.alloc(32, 0xfb);
  const name = hash.toString('base64url');
  const found = sent(reply(200, 'x'), async (client) => {
    assert.is(await client.hasHeader('mainnet01', 3, hash, never), true);
  });
  assert.is(await found, documented(`GET ${BASE}/chain/3/header/${name}`));
  await sent(reply(404, '{"reason":"key not found"}'), async (client) => {
    assert.is(await client.hasHeader('mainnet01', 3, hash, never), false);
  });
});

test('every request on the page was compared', () => {
  assert.is(seen.size, transcripts.length);
});

test('connections are used again', async () => {
  let most = 0;
  await withRawNode(
    () => info(),
    async (node) => {
      const client = new ChainwebClient({ ...PATIENT, url: node.url, miner });
      for (let i = 0; i < 10; i++) {
        await client.info(never);
        most = Math.max(most, node.open.size);
      }
      assert.is(node.requests.length, 10);
      await client.close();
    },
  );
  assert.ok(most <= 2, `${most} connections for requests one after the other`);
});

test('an update stream stands in the way of no other request', async () => {
  const answer = ({ path }: { path: string }) =>
    path.endsWith('/updates') ? streamOf('event:New Cut\n\n') : info();
  await withRawNode(answer, async (node) => {
    const client = new ChainwebClient({ ...PATIENT, url: node.url, miner, connections: 1 });
    const stop = new AbortController();
    const streams = [0, 1, 2].map((chain) => client.updates('development', chain, stop.signal));
    await Promise.all(streams);
    assert.is((await client.info(never)).network, 'development');
    stop.abort();
    await client.close();
  });
});

test('an update stream outlives the time-out of requests', async () => {
  let say: (text: string) => void = () => {};
  const answer = () => (socket: Socket) => {
    socket.write(streamOf(''));
    say = (text) => socket.write(chunkOf(text));
  };
  await withRawNode(answer, async (node) => {
    const client = new ChainwebClient({ url: node.url, miner, timeoutMs: 20 });
    const stop = new AbortController();
    const chunks = await client.updates('development', 0, stop.signal);
    await new Promise((resolve) => setTimeout(resolve, 100));
    say('event:New Cut\n\n');
    for await (const chunk of chunks) {
      assert.is(Buffer.from(chunk).toString(), 'event:New Cut\n\n');
      break;
    }
    stop.abort();
    await client.close();
  });
});

test.run();
