import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeWorkHeader } from '../../../ts/chainweb/codec.js';
import {
  FAULT_PLACES,
  FAULTS,
  FaultSwitches,
  parseFault,
} from '../../../ts/chainweb/devnet/faults.js';
import type { Devnet } from '../../../ts/chainweb/index.js';
import type { PowError } from '../../../ts/index.js';
import { rejection, thrown } from '../../fixtures.js';
import {
  ask,
  askSolved,
  askWork,
  grow,
  MINER,
  PREFIX,
  sendRaw,
  updatesRequest,
  withDevnet,
  workOf,
} from './node-client.js';

/** The request for work as bytes, to see exactly what comes back. */
const rawWork = [
  `GET ${PREFIX}/mining/work HTTP/1.1`,
  'Host: localhost',
  'Content-Type: application/json',
  `Content-Length: ${MINER.length}`,
  '',
  MINER,
].join('\r\n');

test('status: refused with it, as often as asked, and nothing is done', async () => {
  await withDevnet({}, async (devnet) => {
    devnet.setFault('work', { kind: 'status', value: 503, times: 2 });
    assert.is((await askWork(devnet)).status, 503);
    assert.is((await ask(devnet, '/info')).status, 200);
    assert.is((await askWork(devnet)).status, 503);
    assert.is((await askWork(devnet)).status, 200);
  });
});

test('drop: the connection closes, nothing is done, and all is well when it is over', async () => {
  await withDevnet({}, async (devnet) => {
    const bytes = encodeWorkHeader(await workOf(devnet, 5));
    devnet.setFault('solved', { kind: 'drop' });
    assert.instance(await rejection(askSolved(devnet, bytes)), Error);
    assert.is(devnet.heights[5], 0);
    devnet.setFault('solved', null);
    assert.is((await askSolved(devnet, bytes)).status, 200);
    assert.is(devnet.heights[5], 1);
  });
});

test('lose: the block is taken, the answer is lost, and a retry finds no payload', async () => {
  await withDevnet({}, async (devnet) => {
    const bytes = encodeWorkHeader(await workOf(devnet, 5));
    devnet.setFault('solved', { kind: 'lose', times: 1 });
    assert.instance(await rejection(askSolved(devnet, bytes)), Error);
    assert.is(devnet.heights[5], 1);
    assert.is((await askSolved(devnet, bytes)).status, 404);
  });
});

test('delay: the same answer, later', async () => {
  await withDevnet({}, async (devnet) => {
    devnet.setFault('work', { kind: 'delay', value: 60 });
    const startMs = performance.now();
    assert.is((await askWork(devnet)).body.length, 322);
    // A timer may fire a little early by the clock that measures it, never by much.
    assert.ok(performance.now() - startMs > 50);
  });
});

test('hang: no answer until the client or the node has gone', async () => {
  let hanging: ReturnType<typeof sendRaw> | undefined;
  await withDevnet({}, async (devnet) => {
    devnet.setFault('work', { kind: 'hang' });
    hanging = sendRaw(devnet, rawWork);
    await ask(devnet, '/info');
    assert.is(hanging.received(), '');
  });
  await hanging?.ended();
  assert.is(hanging?.received(), '');
});

test('garbage: as long as the right answer, and not it', async () => {
  await withDevnet({}, async (devnet) => {
    devnet.setFault('work', { kind: 'garbage', times: 1 });
    const { status, body } = await askWork(devnet, '?chain=5');
    assert.is(status, 200);
    assert.is(body.length, 322);
    const right = await askWork(devnet, '?chain=5');
    assert.is.not(body.toString('hex'), right.body.toString('hex'));
  });
});

test('short: one byte less, in an answer that is whole otherwise', async () => {
  await withDevnet({}, async (devnet) => {
    devnet.setFault('all', { kind: 'short' });
    const { status, headers, body } = await askWork(devnet);
    assert.is(status, 200);
    assert.is(headers['content-length'], '321');
    assert.is(body.length, 321);
  });
});

test('half: the head promises all of it, and the connection closes in the middle', async () => {
  await withDevnet({}, async (devnet) => {
    devnet.setFault('work', { kind: 'half' });
    devnet.setFault('solved', { kind: 'half' });
    assert.instance(await rejection(askWork(devnet)), Error);
    const raw = sendRaw(devnet, rawWork);
    await raw.ended();
    const [head = '', body = ''] = raw.received().split('\r\n\r\n');
    assert.match(head, 'Content-Length: 322');
    assert.is(body.length, 161);
    // An empty answer is cut off too.
    const bytes = new Uint8Array(286);
    assert.instance(await rejection(askSolved(devnet, bytes)), Error);
  });
});

test('streams fail in every way that they can', async () => {
  await withDevnet({}, async (devnet) => {
    const after = async (kind: 'silent' | 'closed' | 'garbage' | 'half' | 'drop') => {
      devnet.setFault('updates', { kind, times: 1 });
      const stream = sendRaw(devnet, updatesRequest(5));
      if (kind !== 'drop') await stream.until('\r\n\r\n');
      return stream;
    };
    const silent = await after('silent');
    const normal = sendRaw(devnet, updatesRequest(5));
    await normal.until('\r\n\r\n');
    devnet.refresh(5);
    await normal.until('Refreshed Block');
    assert.not.match(silent.received(), 'Refreshed');

    await (await after('closed')).until('\r\n\r\n0\r\n\r\n');
    const garbage = await after('garbage');
    await garbage.until('\r\n40\r\n');
    const half = await after('half');
    await half.ended();
    assert.match(half.received(), /event:New C\r\n$/);
    const dropped = await after('drop');
    await dropped.ended();
    assert.is(dropped.received(), '');
  });
});

test('streams that are open fail when the switch is moved', async () => {
  await withDevnet({}, async (devnet) => {
    const open = async () => {
      devnet.setFault('updates', null);
      const stream = sendRaw(devnet, updatesRequest(5));
      await stream.until('\r\n\r\n');
      return stream;
    };
    const ended = await open();
    devnet.setFault('updates', { kind: 'closed' });
    await ended.until('0\r\n\r\n');
    const dropped = await open();
    devnet.setFault('updates', { kind: 'drop' });
    await dropped.ended();
    assert.not.match(dropped.received(), '0\r\n\r\n');
    const muted = await open();
    devnet.setFault('updates', { kind: 'silent' });
    await grow(devnet, 5);
    const hearing = await open();
    devnet.refresh(5);
    await hearing.until('event:Refreshed');
    assert.not.match(muted.received(), 'event:');
  });
});

test('a client that leaves during a delay leaves nothing behind', async () => {
  await withDevnet({}, async (devnet: Devnet) => {
    devnet.setFault('work', { kind: 'delay', value: 3_600_000 });
    const raw = sendRaw(devnet, rawWork);
    await ask(devnet, '/info');
    raw.destroy();
    devnet.setFault('work', null);
    assert.is((await askWork(devnet)).status, 200);
  });
});

test('a fault as text is read, and one that cannot be is refused with what was expected', () => {
  assert.equal(parseFault('work=delay:500'), {
    place: 'work',
    fault: { kind: 'delay', value: 500 },
  });
  assert.is(parseFault('updates=silent').fault.kind, 'silent');
  for (const { kind, value } of FAULTS) {
    const text = value === null ? kind : `${kind}:${value[0]}`;
    assert.is(parseFault(`updates=${text}`).fault.kind, kind);
  }
  for (const [text, expected] of [
    ['', 'PLACE=KIND'],
    ['work', 'PLACE=KIND'],
    ['works=drop', FAULT_PLACES.join(', ')],
    ['work=explode', 'hang'],
    ['work=delay', 'integer'],
    ['work=status:200', '400'],
    ['work=drop:5', 'left out'],
    ['work=silent', 'updates'],
    ['all=closed', 'updates'],
  ] as const) {
    const error = thrown(() => parseFault(text)) as PowError;
    assert.is(error.code, 'POW_ARGUMENT', text);
    assert.ok(error.message.includes(expected), error.message);
  }
});

test('the switch of one place goes before the switch of all', () => {
  const switches = new FaultSwitches();
  switches.set('all', { kind: 'drop' });
  switches.set('work', { kind: 'hang', times: 1 });
  assert.is(switches.take('work')?.kind, 'hang');
  assert.is(switches.take('work')?.kind, 'drop');
  assert.is(switches.take('info')?.kind, 'drop');
  switches.set('all', null);
  assert.is(switches.take('info'), null);
});

test.run();
