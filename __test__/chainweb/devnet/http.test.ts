import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeHeader, encodeWorkHeader } from '../../../ts/chainweb/codec.js';
import {
  type Ask,
  ask,
  askSolved,
  askWork,
  grow,
  JSON_BODY,
  MINER,
  OCTET_BODY,
  PREFIX,
  sendRaw,
  withDevnet,
  workOf,
} from './node-client.js';

const work = `${PREFIX}/mining/work`;
const solved = `${PREFIX}/mining/solved`;

test('work is 322 bytes of octets, for the chain that was suggested', async () => {
  await withDevnet({}, async (devnet) => {
    const { status, headers, body } = await askWork(devnet, '?chain=7');
    assert.is(status, 200);
    assert.is(headers['content-type'], 'application/octet-stream');
    assert.is(body.length, 322);
    assert.is(body.readUInt32LE(0), 7);
    assert.equal(body.subarray(4, 36), body.subarray(36 + 158, 36 + 190));
    assert.equal(body.subarray(-8), Buffer.alloc(8));
  });
});

test('the conversation of the official client, byte by byte', async () => {
  await withDevnet({ nowMicros: () => 1_700_000_000_999_999n }, async (devnet) => {
    const getWork = [
      `GET ${work} HTTP/1.1`,
      'Host: localhost',
      'Content-Type: application/json',
      `Content-Length: ${MINER.length}`,
      'Connection: close',
    ];
    const asked = sendRaw(devnet, `${getWork.join('\r\n')}\r\n\r\n${MINER}`);
    await asked.ended();
    const [head = '', body = ''] = asked.received().split('\r\n\r\n');
    assert.equal(
      head.split('\r\n').filter((line) => !line.startsWith('Date: ')),
      [
        'HTTP/1.1 200 OK',
        'X-Server-Timestamp: 1700000000',
        'X-Chainweb-Node-Version: 2.32.0',
        'Content-Type: application/octet-stream',
        'Content-Length: 322',
        'Connection: close',
      ],
    );
    const header = Buffer.from(body, 'latin1').subarray(36);
    const postSolved = [
      `POST ${solved} HTTP/1.1`,
      'Host: localhost',
      'Content-Type: application/octet-stream',
      'Content-Length: 286',
      'Connection: close',
    ];
    const request = Buffer.concat([Buffer.from(`${postSolved.join('\r\n')}\r\n\r\n`), header]);
    const posted = sendRaw(devnet, request);
    await posted.ended();
    assert.equal(
      posted
        .received()
        .split('\r\n')
        .filter((line) => !line.startsWith('Date: ')),
      [
        'HTTP/1.1 200 OK',
        'X-Server-Timestamp: 1700000000',
        'X-Chainweb-Node-Version: 2.32.0',
        'Content-Type: application/json;charset=utf-8',
        'Content-Length: 0',
        'Connection: close',
        '',
        '',
      ],
    );
  });
});

/** Path, request, status, text of the answer. */
const REFUSED: [string, Ask, number, string | RegExp][] = [
  ['/', {}, 404, ''],
  ['/chainweb/0.0/mainnet01/mining/work', { headers: JSON_BODY, body: MINER }, 404, ''],
  [`${PREFIX}/mining/nothing`, {}, 404, ''],
  [`${PREFIX}/chain/20/header`, {}, 404, ''],
  [work, { method: 'POST', headers: JSON_BODY, body: MINER }, 405, ''],
  [solved, { headers: OCTET_BODY }, 405, ''],
  ['/info', { method: 'DELETE' }, 405, ''],
  [work, { headers: { ...JSON_BODY, Accept: 'application/json' }, body: MINER }, 406, ''],
  [work, { body: MINER }, 415, ''],
  [work, { headers: OCTET_BODY, body: MINER }, 415, ''],
  [`${work}?chain=x`, { headers: JSON_BODY, body: MINER }, 400, /chain/],
  [`${work}?chain=4294967296`, { headers: JSON_BODY, body: MINER }, 400, /chain/],
  [work, { headers: JSON_BODY }, 400, /JSON/],
  [work, { headers: JSON_BODY, body: '{"account":"k:00"}' }, 400, /predicate/],
  [solved, { method: 'POST', headers: JSON_BODY, body: '{}' }, 415, ''],
  [
    solved,
    { method: 'POST', headers: { ...OCTET_BODY, Accept: 'application/octet-stream' } },
    406,
    '',
  ],
  [solved, { method: 'POST', body: new Uint8Array(285) }, 400, 'Decoding error: not enough bytes'],
  [
    solved,
    { method: 'POST', body: new Uint8Array(287) },
    400,
    'Decoding error: pending bytes in input',
  ],
  [`${PREFIX}/mining/updates`, { headers: JSON_BODY, body: '1234' }, 415, ''],
  [`${PREFIX}/mining/updates`, { headers: OCTET_BODY, body: '123' }, 500, /went wrong/],
  ['/info', { headers: { Accept: 'text/html' } }, 406, ''],
  [`${PREFIX}/cut`, { headers: { Accept: 'text/html, */*;q=0' } }, 406, ''],
  [`${PREFIX}/chain/0/header/AA`, {}, 400, ''],
  [`${PREFIX}/chain/0/header/${'A'.repeat(43)}`, {}, 404, /key not found/],
  [`${PREFIX}/chain/0/header?limit=x`, {}, 400, ''],
  [`${PREFIX}/chain/0/header?next=x`, {}, 400, ''],
];

test('what is refused is refused with the status and the words of the node', async () => {
  await withDevnet({}, async (devnet) => {
    for (const [path, how, status, words] of REFUSED) {
      const reply = await ask(devnet, path, how);
      const what = `${how.method ?? 'GET'} ${path}`;
      assert.is(reply.status, status, what);
      const said = reply.body.toString();
      if (typeof words === 'string') assert.is(said, words, what);
      else assert.match(said, words, what);
      assert.match(String(reply.headers['x-server-timestamp']), /^\d{10}$/);
      assert.is(reply.headers['x-chainweb-node-version'], '2.32.0');
    }
  });
});

test('content types are read with their parameters, and a missing one is octets', async () => {
  await withDevnet({}, async (devnet) => {
    for (const type of ['application/json;charset=utf-8', 'Application/JSON; charset="UTF-8"']) {
      const reply = await ask(devnet, work, { headers: { 'Content-Type': type }, body: MINER });
      assert.is(reply.status, 200, type);
    }
    for (const accept of ['application/octet-stream', 'text/html;q=0.5, application/*', '*/*']) {
      const headers = { ...JSON_BODY, Accept: accept };
      assert.is((await ask(devnet, work, { headers, body: MINER })).status, 200, accept);
    }
    const body = encodeWorkHeader(await workOf(devnet, 0));
    assert.is((await ask(devnet, solved, { method: 'POST', body })).status, 200);
  });
});

test('an unknown miner is refused by account', async () => {
  const miners = [{ account: 'k:01', predicate: 'keys-all', publicKeys: ['01'] }];
  await withDevnet({ miners }, async (devnet) => {
    const { status, headers, body } = await askWork(devnet);
    assert.is(status, 403);
    assert.is(headers['content-type'], 'text/plain;charset=utf-8');
    assert.is(body.toString(), 'Unauthorized Miner: k:00');
  });
});

test('too many payloads are refused with 503', async () => {
  await withDevnet({ requestLimit: 0 }, async (devnet) => {
    assert.is((await askWork(devnet)).status, 200);
    const { status, body } = await askWork(devnet);
    assert.is(status, 503);
    assert.is(body.toString(), 'Too many work requests');
  });
});

test('a wrong hash is 400 and burns the payload, a consumed payload is 404', async () => {
  await withDevnet({ proofOfWork: true, difficulty: 1e60 }, async (devnet) => {
    const bytes = encodeWorkHeader(await workOf(devnet, 3));
    const wrong = await askSolved(devnet, bytes);
    assert.is(wrong.status, 400);
    assert.is(wrong.body.toString(), 'Invalid solved work: Invalid POW hash');
    const burned = await askSolved(devnet, bytes);
    assert.is(burned.status, 404);
    assert.is(burned.headers['content-type'], 'text/plain;charset=utf-8');
    assert.is(burned.body.toString(), 'No associated Payload');
  });
});

test('stale work is 200, and the cut stays where it is', async () => {
  const solutions: string[] = [];
  const onSolved = ({ kind }: { kind: string }) => solutions.push(kind);
  await withDevnet({ onSolved }, async (devnet) => {
    const stale = encodeWorkHeader(await workOf(devnet, 5));
    devnet.refresh(5);
    assert.is((await grow(devnet, 5)).status, 200);
    assert.is((await askSolved(devnet, stale)).status, 200);
    assert.is(devnet.heights[5], 1);
    assert.equal(solutions, ['extended', 'orphaned']);
  });
});

test('/info says what a client needs to know', async () => {
  for (const chains of [10, 20] as const) {
    await withDevnet({ chains, blockDelayMs: 5000 }, async (devnet) => {
      const { headers, body } = await ask(devnet, '/info');
      assert.is(headers['content-type'], 'application/json;charset=utf-8');
      const info = JSON.parse(body.toString());
      assert.is(info.nodeVersion, 'development');
      assert.is(info.nodeApiVersion, '0.0');
      assert.is(info.nodeNumberOfChains, chains);
      assert.equal(info.nodeChains[chains - 1], String(chains - 1));
      assert.is(info.nodeGraphHistory[0][1].length, chains);
      assert.is(info.nodeBlockDelay, 5_000_000);
    });
  }
});

test('/cut and /header agree about every block, in every encoding', async () => {
  await withDevnet({}, async (devnet) => {
    for (const chain of [5, 0, 7, 8, 5]) assert.is((await grow(devnet, chain)).status, 200);
    const cut = JSON.parse((await ask(devnet, `${PREFIX}/cut`)).body.toString());
    assert.is(cut.instance, 'development');
    assert.is(cut.height, 5);
    assert.is(cut.hashes[5].height, 2);
    const path = `${PREFIX}/chain/5/header`;
    const asJson = await ask(devnet, `${path}/${cut.hashes[5].hash}`);
    const bytes = Buffer.from(JSON.parse(asJson.body.toString()), 'base64url');
    const header = decodeHeader(bytes);
    assert.is(Buffer.from(header.blockHash).toString('base64url'), cut.hashes[5].hash);
    const octets = await ask(devnet, `${path}/${cut.hashes[5].hash}`, {
      headers: { Accept: 'application/octet-stream' },
    });
    assert.equal(octets.body, bytes);
    const asObject = await ask(devnet, `${path}/${cut.hashes[5].hash}`, {
      headers: { Accept: 'application/json;blockheader-encoding=object' },
    });
    assert.is(asObject.headers['content-type'], 'application/json;blockheader-encoding=object');
    const fields = JSON.parse(asObject.body.toString());
    assert.is(fields.height, 2);
    assert.is(fields.hash, cut.hashes[5].hash);
    assert.equal(Object.keys(fields.adjacents), ['0', '7', '8']);
    assert.is(fields.creationTime, Number(header.creationTimeMicros));
    const page = JSON.parse((await ask(devnet, `${path}?limit=2`)).body.toString());
    assert.is(page.limit, 2);
    assert.is(page.items.length, 2);
    const rest = await ask(devnet, `${path}?next=${page.next}`);
    assert.equal(JSON.parse(rest.body.toString()).items, [JSON.parse(asJson.body.toString())]);
    const high = await ask(devnet, `${path}?minheight=1&maxheight=1`);
    assert.is(JSON.parse(high.body.toString()).items[0], page.items[1]);
  });
});

test('a request larger than any of the protocol is refused, and its connection closed', async () => {
  await withDevnet({}, async (devnet) => {
    const length = 1 << 20;
    const head = [`POST ${solved} HTTP/1.1`, 'Host: localhost', `Content-Length: ${length}`];
    const raw = sendRaw(devnet, `${head.join('\r\n')}\r\n\r\n${'x'.repeat(1 << 17)}`);
    await raw.until('HTTP/1.1 413');
    await raw.ended();
  });
});

test('a browser on another origin is let in, as the node does', async () => {
  await withDevnet({}, async (devnet) => {
    const { headers } = await ask(devnet, '/info', { headers: { Origin: 'http://example.com' } });
    assert.is(headers['access-control-allow-origin'], '*');
    assert.is((await ask(devnet, '/info')).headers['access-control-allow-origin'], undefined);
  });
});

test('HEAD is answered like GET, without the body', async () => {
  await withDevnet({}, async (devnet) => {
    const { status, headers, body } = await ask(devnet, '/info', { method: 'HEAD' });
    assert.is(status, 200);
    assert.ok(Number(headers['content-length']) > 0);
    assert.is(body.length, 0);
    assert.is((await ask(devnet, '/health-check')).body.toString(), 'Health check OK.\n');
  });
});

test.run();
