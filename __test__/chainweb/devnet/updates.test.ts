import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeWorkHeader } from '../../../ts/chainweb/codec.js';
import {
  askSolved,
  askWork,
  grow,
  sendRaw,
  updatesRequest,
  withDevnet,
  workOf,
} from './node-client.js';

/** The bytes of a chunked body, without its framing. */
function bodyOf(received: string): string {
  const [, ...rest] = received.split('\r\n\r\n');
  return rest.join('\r\n\r\n').replace(/[\da-f]+\r\n([^\r]*)\r\n/g, '$1');
}

test('the head of a stream comes at once, and the events byte for byte as the node writes them', async () => {
  await withDevnet({}, async (devnet) => {
    const stream = sendRaw(devnet, updatesRequest(5));
    await stream.until('\r\n\r\n');
    assert.match(stream.received(), /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(stream.received(), '\r\nContent-Type: text/event-stream\r\n');
    await grow(devnet, 5);
    await stream.until('New Cut');
    devnet.refresh(5);
    await stream.until('Refreshed Block\n\n');
    assert.is(bodyOf(stream.received()), 'event:New Cut\n\nevent:Refreshed Block\n\n');
    stream.destroy();
  });
});

test('a stream hears of its own chain alone', async () => {
  await withDevnet({}, async (devnet) => {
    const [five, six] = [sendRaw(devnet, updatesRequest(5)), sendRaw(devnet, updatesRequest(6))];
    await Promise.all([five.until('\r\n\r\n'), six.until('\r\n\r\n')]);
    await grow(devnet, 6);
    await six.until('event:New Cut\n\n');
    assert.is(bodyOf(five.received()), '');
  });
});

test('every stream of a chain hears every event', async () => {
  await withDevnet({}, async (devnet) => {
    const streams = Array.from({ length: 5 }, () => sendRaw(devnet, updatesRequest(3)));
    await Promise.all(streams.map((stream) => stream.until('\r\n\r\n')));
    for (let i = 0; i < 3; i++) devnet.refresh(3);
    const all = 'event:Refreshed Block\n\n'.repeat(3);
    for (const stream of streams) {
      await stream.until((received) => bodyOf(received).length >= all.length);
      assert.is(bodyOf(stream.received()), all);
    }
  });
});

test('a stream ends cleanly after its time, and can be had again on the same connection', async () => {
  await withDevnet({ updateStreamTimeoutMs: 40 }, async (devnet) => {
    const stream = sendRaw(devnet, Buffer.concat([updatesRequest(5), updatesRequest(5)]));
    // The last chunk, then the head of the second answer.
    await stream.until('\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK');
    stream.destroy();
  });
});

test('more streams than the limit are refused, until one has gone', async () => {
  await withDevnet({ updateStreamLimit: 2 }, async (devnet) => {
    const streams = [1, 2].map((chain) => sendRaw(devnet, updatesRequest(chain)));
    await Promise.all(streams.map((stream) => stream.until('\r\n\r\n')));
    const refused = sendRaw(devnet, updatesRequest(3));
    await refused.until('No more update streams available currently. Retry later.');
    assert.match(refused.received(), /^HTTP\/1\.1 503/);
    assert.not.match(refused.received(), /content-type/i);
    streams[0]?.destroy();
    for (;;) {
      const again = sendRaw(devnet, updatesRequest(3));
      await again.until('\r\n\r\n');
      if (again.received().startsWith('HTTP/1.1 200')) break;
      again.destroy();
    }
  });
});

test('a chain that is not there, or has no work, gets no head', async () => {
  await withDevnet({}, async (devnet) => {
    const work = await workOf(devnet, 5);
    const future = { ...work, creationTimeMicros: work.creationTimeMicros + 3_600_000_000n };
    const watching = sendRaw(devnet, updatesRequest(5));
    await watching.until('\r\n\r\n');
    assert.is((await askSolved(devnet, encodeWorkHeader(future))).status, 200);
    await watching.until('event:New Cut\n\n');
    assert.is(devnet.heights[5], 0);
    const silent = [5, 20, 0xffff_ffff].map((chain) => sendRaw(devnet, updatesRequest(chain)));
    await askWork(devnet);
    for (const stream of silent) assert.is(stream.received(), '');
  });
});

test('work is waited for while there is none', async () => {
  await withDevnet({ chains: 10 }, async (devnet) => {
    const works = await Promise.all(
      Array.from({ length: 10 }, (_, chain) => workOf(devnet, chain)),
    );
    for (const work of works) {
      const creationTimeMicros = work.creationTimeMicros + 3_600_000_000n;
      await askSolved(devnet, encodeWorkHeader({ ...work, creationTimeMicros }));
    }
    const waiting = askWork(devnet);
    const other = '{"account":"k:01","predicate":"keys-all","public-keys":["01"]}';
    // Chain 4 and all its neighbours: only then can it grow again.
    for (const chain of [4, 1, 2, 9]) {
      const theirs = await askWork(devnet, `?chain=${chain}`, other);
      assert.is((await askSolved(devnet, theirs.body.subarray(36))).status, 200);
    }
    const { status, body } = await waiting;
    assert.is(status, 200);
    assert.is(body.readUInt32LE(0), 4);
  });
});

test('closing the node ends its streams and frees its port', async () => {
  const streams: ReturnType<typeof sendRaw>[] = [];
  await withDevnet({}, async (devnet) => {
    streams.push(sendRaw(devnet, updatesRequest(5)), sendRaw(devnet, updatesRequest(99)));
    await streams[0]?.until('\r\n\r\n');
  });
  for (const stream of streams) await stream.ended();
});

test.run();
