import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ChainwebClient, type ChainwebClientOptions } from '../../../ts/chainweb/client.js';
import { printable } from '../../../ts/core/printable.js';
import type { PowError } from '../../../ts/errors.js';
import { NodeFailure } from '../../../ts/miner/node-failure.js';
import { rejection, thrown } from '../../fixtures.js';
import { drop, hang, info, type RawReply, reply, withRawNode } from '../raw-node.js';
import { bytesOf, vectors } from '../vectors.js';

const miner = { account: 'k:00', predicate: 'keys-all', publicKeys: ['00'] };
/** Nothing that is answered is late, however busy the machine. */
const PATIENT = { timeoutMs: 240_000, connectTimeoutMs: 240_000 } as const;
const workBody = bytesOf(vectors.workResponse.hex);
const never = new AbortController().signal;

type Call = (client: ChainwebClient) => Promise<unknown>;

const CALLS = {
  info: (client) => client.info(never),
  work: (client) => client.work('n', null, never),
  solved: (client) => client.solved('n', new Uint8Array(286), never),
  updates: (client) => client.updates('n', 0, never),
  cut: (client) => client.cutTip('n', 0, never),
  header: (client) => client.hasHeader('n', 0, new Uint8Array(32), never),
} as const satisfies Record<string, Call>;

async function failureOf(
  answer: RawReply,
  call: Call,
  options: Partial<ChainwebClientOptions> = {},
): Promise<NodeFailure> {
  let failure: unknown;
  await withRawNode(
    () => answer,
    async (node) => {
      const client = new ChainwebClient({ url: node.url, miner, ...PATIENT, ...options });
      failure = await rejection(call(client));
      await client.close();
    },
  );
  if (!(failure instanceof NodeFailure)) throw failure;
  return failure;
}

/** Call, answer, kind of the failure, whether it may pass, and what its message says. */
const STATUSES: [keyof typeof CALLS, number, string, boolean, RegExp][] = [
  ['info', 404, 'refused', false, /service port \(1848\)/],
  ['work', 400, 'refused', false, /body of GET requests/],
  ['work', 403, 'refused', false, /account, predicate and public keys must all equal/],
  ['work', 404, 'refused', false, /--enable-mining-coordination --mining-public-key=KEY/],
  ['work', 406, 'refused', false, /status 406/],
  ['work', 415, 'refused', false, /status 415/],
  ['work', 500, 'failing', true, /status 500/],
  ['work', 503, 'failing', true, /--mining-request-limit/],
  ['solved', 400, 'refused', false, /status 400/],
  ['solved', 404, 'refused', false, /solved already, is older than five minutes.*sticky/],
  ['solved', 502, 'failing', true, /status 502/],
  ['updates', 500, 'failing', true, /status 500/],
  ['updates', 503, 'failing', true, /--mining-update-stream-limit/],
  ['cut', 404, 'refused', false, /status 404/],
  ['header', 500, 'failing', true, /status 500/],
  ['work', 301, 'refused', false, /status 301/],
];

for (const [name, status, kind, isPassing, message] of STATUSES) {
  test(`status ${status} to ${name} is ${kind}, and says what to do`, async () => {
    const failure = await failureOf(reply(status, 'as the node says it'), CALLS[name]);
    assert.is(failure.kind, kind);
    assert.is(failure.status, status);
    assert.is(failure.isPassing, isPassing);
    assert.match(failure.message, message);
    assert.match(failure.message, '"as the node says it"');
  });
}

for (const [name, call] of Object.entries(CALLS)) {
  test(`${name}: no answer is late, a broken connection is lost; either may have arrived`, async () => {
    const late = await failureOf(hang, call, { timeoutMs: 50, streamHeadMs: 50 });
    assert.is(late.kind, 'late');
    assert.match(late.message, '50 ms');
    const lost = await failureOf(drop, call);
    assert.is(lost.kind, 'lost');
    assert.ok(late.mayHaveArrived && lost.mayHaveArrived);
    assert.ok(late.isPassing && lost.isPassing);
  });

  test(`${name}: where nobody listens it is unreachable, so nothing arrived`, async () => {
    // No program may listen on port 1 without being asked for by name.
    const client = new ChainwebClient({ url: 'http://127.0.0.1:1', miner, ...PATIENT });
    const failure = (await rejection(call(client))) as NodeFailure;
    assert.is(failure.kind, 'unreachable', failure.message);
    assert.is(failure.mayHaveArrived, false);
    assert.match(failure.message, 'ECONNREFUSED');
    await client.close();
  });

  test(`${name}: an abort breaks off with its own reason`, async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    await withRawNode(
      () => () => stop.abort(reason),
      async (node) => {
        const client = new ChainwebClient({ url: node.url, miner, ...PATIENT });
        const calls: Record<keyof typeof CALLS, () => Promise<unknown>> = {
          info: () => client.info(stop.signal),
          work: () => client.work('n', null, stop.signal),
          solved: () => client.solved('n', new Uint8Array(286), stop.signal),
          updates: () => client.updates('n', 0, stop.signal),
          cut: () => client.cutTip('n', 0, stop.signal),
          header: () => client.hasHeader('n', 0, new Uint8Array(32), stop.signal),
        };
        const again = calls[name as keyof typeof CALLS];
        assert.is(await rejection(again()), reason);
        assert.is(await rejection(again()), reason, 'aborted before it began');
        assert.is(node.requests.length, 1);
        await client.close();
      },
    );
  });
}

const half =
  (bytes: Uint8Array): RawReply =>
  (socket) => {
    const whole = reply(200, bytes);
    socket.write(whole.subarray(0, whole.length - 10), () => socket.destroy());
  };

const trickle: RawReply = (socket) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 322\r\n\r\n1');
};

test('half an answer is lost; one that never ends is late', async () => {
  assert.is((await failureOf(half(workBody), CALLS.work)).kind, 'lost');
  assert.is((await failureOf(trickle, CALLS.work, { timeoutMs: 50 })).kind, 'late');
});

test('a solution is taken by the status of its answer, whatever becomes of the rest', async () => {
  const taken = async (answer: RawReply, timeoutMs: number) => {
    let failure: unknown = null;
    await withRawNode(
      () => answer,
      async (node) => {
        const client = new ChainwebClient({ url: node.url, miner, ...PATIENT, timeoutMs });
        await client.solved('n', new Uint8Array(286), never).catch((error) => (failure = error));
        await client.close();
      },
    );
    return failure;
  };
  assert.is(await taken(half(new Uint8Array(20)), PATIENT.timeoutMs), null);
  // On a busy machine the head itself may be late.
  let failure: unknown = 'not tried';
  for (const timeoutMs of [50, 1_000, 60_000]) failure &&= await taken(trickle, timeoutMs);
  assert.is(failure, null);
});

const flipped = new Uint8Array(workBody);
flipped[4] = 1 ^ (flipped[4] ?? 0);

/** What is no work, though it came with status 200. */
const NO_WORK: [string, Uint8Array | string][] = [
  ['nothing', ''],
  ['one byte less', workBody.subarray(0, -1)],
  ['one byte more', Buffer.concat([workBody, Uint8Array.of(0)])],
  ['a target that is not that of the header', flipped],
  ['garbage', new Uint8Array(322).fill(0xa5)],
  ['a web page', '<html>sign in</html>'],
];

for (const [title, body] of NO_WORK) {
  test(`no work: ${title}`, async () => {
    const failure = await failureOf(reply(200, body), CALLS.work);
    assert.is(failure.kind, 'nonsense');
    assert.ok(failure.isPassing);
  });
}

test('an answer without end or of any size costs no more memory than its bound', async () => {
  const flood: RawReply = (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = Buffer.alloc(1 << 16, 'x');
    const pour = () => {
      while (
        !socket.destroyed &&
        socket.write(Buffer.concat([Buffer.from('10000\r\n'), chunk, Buffer.from('\r\n')]))
      );
    };
    socket.on('drain', pour);
    pour();
  };
  assert.match((await failureOf(flood, CALLS.info)).message, 'more than 262144 bytes');
  const failure = await failureOf(flood, CALLS.info, { mostAnswerBytes: 5000 });
  assert.is(failure.kind, 'nonsense');
  assert.match(failure.message, 'more than 5000 bytes');
});

for (const [title, body] of [
  ['no JSON', 'pong'],
  ['no object', '[]'],
  ['no name', '{}'],
  ['a name that is a path', '{"nodeVersion":"../../x"}'],
  ['a name with control characters', '{"nodeVersion":"dev\\u001b[2J"}'],
] as const) {
  test(`no info: ${title}`, async () => {
    assert.is((await failureOf(reply(200, body), CALLS.info)).kind, 'nonsense');
  });
}

test('info may say less or more than expected', async () => {
  const answers: [string, unknown][] = [
    ['{"nodeVersion":"x"}', { network: 'x', chains: [] }],
    [
      '{"nodeVersion":"x","nodeChains":["10","2",0,"2","-1",{},[7],{"toString":1}],"more":1}',
      { network: 'x', chains: [0, 2, 10] },
    ],
  ];
  for (const [body, expected] of answers) {
    await withRawNode(
      () => reply(200, body),
      async (node) => {
        const client = new ChainwebClient({ url: node.url, miner, ...PATIENT });
        assert.equal(await client.info(never), expected);
        await client.close();
      },
    );
  }
});

test('control characters of the node never come through in a message', async () => {
  const nasty = 'Unauthorized Miner: \x1b]0;owned\x07\u202e\r\nerror: all is well\x9b2J';
  const failure = await failureOf(reply(403, nasty), CALLS.work);
  assert.is(failure.message, printable(failure.message));
  assert.match(failure.message, 'owned');
  const long = await failureOf(reply(403, 'x'.repeat(5000)), CALLS.work);
  assert.ok(long.message.length < 600);
});

test('an answer that is no HTTP is a failure like another', async () => {
  const failure = await failureOf('\x15\x03\x01\x00\x02\x02\x46', CALLS.info);
  assert.is(failure.kind, 'lost');
  assert.is(failure.message, printable(failure.message));
});

test('closing the client breaks off what is under way', async () => {
  await withRawNode(
    () => hang,
    async (node) => {
      const client = new ChainwebClient({ url: node.url, miner, ...PATIENT });
      const waiting = Object.values(CALLS).map((call) => rejection(call(client)));
      while (node.requests.length < waiting.length) await new Promise(setImmediate);
      await client.close();
      for (const failure of await Promise.all(waiting)) assert.instance(failure, NodeFailure);
      await client.close();
    },
  );
});

for (const [argument, options] of [
  ['url', { url: 'ftp://host:1' }],
  ['url', { url: 'http://host:1/path' }],
  ['url', { url: 'host:1' }],
  ['miner.account', { miner: { ...miner, account: 1 } }],
  ['miner.publicKeys', { miner: { ...miner, publicKeys: 'ab' } }],
  ['timeoutMs', { timeoutMs: 0 }],
  ['connections', { connections: 1.5 }],
  ['mostAnswerBytes', { mostAnswerBytes: 4095 }],
] as const) {
  test(`a bad option is named: ${argument} in ${JSON.stringify(options)}`, () => {
    const given = { url: 'http://127.0.0.1:1', miner, ...options } as ChainwebClientOptions;
    const error = thrown(() => new ChainwebClient(given)) as PowError;
    assert.is(error.code, 'POW_ARGUMENT');
    assert.is(error.argument, argument);
  });
}

test('requests are counted by purpose, failures by kind', async () => {
  const answer = ({ path }: { path: string }) => (path === '/info' ? info() : reply(503));
  await withRawNode(answer, async (node) => {
    const client = new ChainwebClient({ url: node.url, miner, ...PATIENT });
    await client.info(never);
    await rejection(client.work('n', null, never));
    const { info: asked, work } = client.log.requests;
    assert.equal([asked.count, asked.failures, work.count, work.failures], [1, 0, 1, 1]);
    const last = asked.buckets.at(-1);
    assert.is(last?.count, 1, 'cumulative');
    assert.equal(client.log.errors, { failing: 1 });
    await client.close();
  });
});

test.run();
