import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  dumpJson,
  type JsonObject,
  type JsonValue,
  parseJson,
} from '../../../ts/chaincore/codec.js';
import { selfSigned } from '../../chainweb/certificate.js';
import {
  drop,
  hang,
  type RawReply,
  type RawRequest,
  reply,
  withRawNode,
} from '../../chainweb/raw-node.js';
import { until } from '../../until.js';
import { changed, memoryNode, number, openEasy, WALLET } from '../devnet/mined.js';
import { closeLater, endEverything, foundIn, runSource, submit } from './running-source.js';

test.after.each(endEverything);

/** A node whose every answer a test may change: the state of a real one, on a socket of its own. */
function scripted(answer: (request: RawRequest, usual: () => Buffer) => RawReply) {
  const { state } = memoryNode();
  const json = (status: number, value: JsonValue) =>
    reply(status, dumpJson(value, { keys: 'as-given' }));
  const usual = ({ path, body }: RawRequest): Buffer => {
    if (path === '/mine_block') return json(200, created(state.template(WALLET).json));
    if (path === '/chain/info') {
      const info = new Map<string, JsonValue>([
        ['latest_hash', state.chain.tip.hash],
        ['length', number(state.chain.length)],
      ]);
      return json(200, new Map([['chain_info', info]]));
    }
    if (path === '/submit_block') {
      const { fate } = state.submit(parseJson(body.toString()), 'miner');
      return fate.kind === 'extended'
        ? reply(200, '{"status":"accepted"}')
        : reply(409, '{"reason":"stale_block"}');
    }
    const index = Number(/start=(\d+)/.exec(path)?.[1]);
    const blocks = state.chain.range(index, index).map((block) => block.json);
    return json(200, new Map([['blocks', blocks]]));
  };
  return { state, serve: (request: RawRequest) => answer(request, () => usual(request)) };
}

function created(block: JsonObject): JsonObject {
  return new Map<string, JsonValue>([
    ['status', 'template_created'],
    ['block_template', block],
  ]);
}

/** One way to answer a solution badly, and what it must come to. */
for (const [what, fail, result] of [
  [
    'taken, but the answer is lost',
    (usual: () => Buffer) => {
      usual();
      return drop;
    },
    'accepted',
  ],
  [
    'taken, but answered with 500',
    (usual: () => Buffer) => {
      usual();
      return reply(500, '{"error":"exclude_sender"}');
    },
    'accepted',
  ],
  [
    'taken, but answered with nonsense',
    (usual: () => Buffer) => {
      usual();
      return reply(200, 'x');
    },
    'accepted',
  ],
  ['dropped once, then taken', () => drop, 'accepted'],
  ['failed once, then taken', () => reply(503), 'accepted'],
  ['asked to wait, then taken', () => reply(429, '', { 'Retry-After': '0' }), 'accepted'],
  ['refused with 400', () => reply(400, '{"reason":"invalid_block_data"}'), 'rejected'],
  ['called stale', () => reply(409, '{"reason":"stale_block"}'), 'stale'],
] as const) {
  test(`a block that is ${what}: ${result}`, async () => {
    let failures = 0;
    const node = scripted((request, usual) => {
      if (request.path !== '/submit_block' || failures > 0) return usual();
      failures += 1;
      return fail(usual);
    });
    await withRawNode(node.serve, async ({ url }) => {
      const running = runSource(url);
      const outcome = await submit(running.source, foundIn(await running.next()));
      assert.is(outcome.result, result, outcome.reason);
      assert.is(node.state.chain.length, result === 'accepted' ? 2 : 1);
      await running.source.close();
    });
  });
}

test('a block whose answer is lost at the only attempt is looked for in the chain', async () => {
  const node = scripted((request, usual) => {
    if (request.path !== '/submit_block') return usual();
    usual();
    return drop;
  });
  await withRawNode(node.serve, async ({ url }) => {
    const running = runSource(url, { retries: 1 });
    const outcome = await submit(running.source, foundIn(await running.next()));
    assert.is(outcome.result, 'accepted', outcome.reason);
    await running.source.close();
  });
});

test('a block that nobody ever answers to is unknown, and mining goes on', async () => {
  const node = scripted((request, usual) => {
    const isLost = request.path === '/submit_block' || request.path.startsWith('/blocks');
    return isLost ? drop : usual();
  });
  await withRawNode(node.serve, async ({ url }) => {
    const running = runSource(url, { retries: 2 });
    const job = await running.next();
    const outcome = await submit(running.source, foundIn(job));
    assert.is(outcome.result, 'unknown');
    assert.match(outcome.reason ?? '', 'mining goes on with a new template');
    await running.next(({ id }) => id !== job.id);
    await running.source.close();
  });
});

const template = memoryNode().state.template(WALLET).json;
const broken = (changes: Readonly<Record<string, JsonValue | undefined>>) =>
  dumpJson(created(changed(template, changes)), { keys: 'as-given' });

/** Each is answered once or twice; then comes a good one. */
const MALFORMED: readonly (readonly [string, RawReply])[] = [
  ['an empty answer', reply(200)],
  ['half a JSON', reply(200, broken({}).slice(0, 200))],
  [
    'an answer that breaks off',
    (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"st'),
  ],
  ['no HTTP', (socket) => socket.end('hello\r\n')],
  ['a connection that is dropped', drop],
  ['HTML', reply(200, '<html>')],
  ['bytes that are no UTF-8', reply(200, Buffer.from([0xff, 0xfe, 0x00]))],
  ['a list', reply(200, '[]')],
  ['another status', reply(200, '{"status":"rejected"}')],
  ['20 MB', reply(200, Buffer.alloc(20_000_000, 0x20))],
  ['no parent', reply(200, broken({ previous_hash: undefined }))],
  ['difficulty 0', reply(200, broken({ target_difficulty: number(0) }))],
  ['difficulty 30', reply(200, broken({ target_difficulty: number(30) }))],
  ['a wrong root', reply(200, broken({ merkle_root: 'a'.repeat(64) }))],
  ['a wrong hash', reply(200, broken({ hash: 'a'.repeat(64) }))],
  ['no transactions', reply(200, broken({ transactions: [] }))],
  ['409 isolated', reply(409, '{"reason":"isolated_node"}')],
  ['429', reply(429, '', { 'Retry-After': '0' })],
  ['500', reply(500, '{"error":"boom"}')],
  ['502', reply(502, '<html>')],
  ['a redirect', reply(302, '', { Location: 'http://127.0.0.1:1/' })],
];

for (const [what, bad] of MALFORMED) {
  test(`a template that is ${what}: told, asked again, and mined when it comes`, async () => {
    let failures = 0;
    const node = scripted((request, usual) => {
      if (request.path !== '/mine_block' || failures >= 2) return usual();
      failures += 1;
      return bad;
    });
    await withRawNode(node.serve, async ({ url }) => {
      const running = runSource(url);
      assert.is((await submit(running.source, foundIn(await running.next()))).result, 'accepted');
      assert.is(failures, 2);
      assert.ok(running.said(/^work: /));
      await running.source.close();
    });
  });
}

for (const [status, words] of [
  [401, /login/],
  [403, /not us/],
  [404, /no ChainCore node answers there/],
] as const) {
  test(`${status} from the start ends the source with a word on why`, async () => {
    await withRawNode(
      () => reply(status),
      async ({ url }) => {
        const running = runSource(url);
        assert.match(String(await running.end), words);
      },
    );
  });
}

test('a node that refuses later is asked again: it has given work before', async () => {
  let refuse = false;
  const node = scripted((request, usual) =>
    request.path === '/mine_block' && refuse ? reply(403) : usual(),
  );
  await withRawNode(node.serve, async ({ url }) => {
    const running = runSource(url, { refreshMs: 20 });
    const job = await running.next();
    refuse = true;
    await until('the refusal is told', () => running.said(/403/));
    refuse = false;
    await running.next(({ id }) => id !== job.id);
    await running.source.close();
  });
});

test('the next node is asked when the first is not there, and again when the second goes', async () => {
  const one = closeLater(await openEasy());
  const port = Number(new URL(one.url).port);
  const two = closeLater(await openEasy());
  const running = runSource(['http://127.0.0.1:1', one.url, two.url]);
  await submit(running.source, foundIn(await running.next()));
  assert.is(one.length, 2);
  await one.close();
  await until('there are other jobs', () => running.jobs.length > 2 && running.live() !== null);
  const before = two.length;
  // The job may still be the last one of the node that went: its block goes to the other as well.
  await until('the block is accepted or refused', async () => {
    const job = running.live();
    if (job !== null) await submit(running.source, foundIn(job)).catch(() => undefined);
    return two.length > before;
  });
  const back = closeLater(await openEasy({ port }));
  assert.is(back.length, 1);
});

test('a template that hangs is given up in time, and asked for again', async () => {
  let isFirst = true;
  const clock = { now: () => performance.now(), after: hurried };
  const node = scripted((request, usual) => {
    if (request.path !== '/mine_block' || !isFirst) return usual();
    isFirst = false;
    return hang;
  });
  await withRawNode(node.serve, async ({ url }) => {
    const running = runSource(url, { clock });
    await running.next();
    assert.ok(running.said(/no whole answer within 10000 ms/));
    await running.source.close();
  });
});

/** A hundred times as fast as time. */
function hurried(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms / 100);
  return () => clearTimeout(timer);
}

test('a certificate that is not trusted ends the source; with its authority, or any, it mines', async () => {
  const tls = selfSigned();
  const node = scripted((_, usual) => usual());
  await withRawNode(
    node.serve,
    async ({ url }) => {
      assert.match(String(await runSource(url).end), /certificate is not trusted .*--ca FILE/);
      for (const how of [{ ca: tls.cert, required: true }, { insecure: true }]) {
        const running = runSource(url, { tls: how });
        await running.next();
        await running.source.close();
      }
    },
    tls,
  );
});

test('what a node says of addresses and paths, and its control characters, are in no notice', async () => {
  const error = 'open /root/.secret/key for 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa\u001b[2J';
  await withRawNode(
    () => reply(500, JSON.stringify({ error })),
    async ({ url }) => {
      const running = runSource(url);
      await until('something is told', () => running.notices.length > 0);
      const text = running.notices.map((notice) => notice.text).join('\n');
      assert.match(text, '[path] for [wallet]');
      assert.not.match(text, /secret|1A1z|\u001b/);
      await running.source.close();
    },
  );
});

test.run();
