/** What bad clients do to a server with real sockets: nothing that an honest one would notice. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StratumServerStats } from '../../../ts/stratum/index.js';
import { inTime, until } from '../../until.js';
import { type ChainwebTold, chainwebMiss, chainwebShare, oneIn } from '../jobs.js';
import { RawDevice } from '../raw-device.js';

const MIB = 2 ** 20;
const TARGET = oneIn(64).toBigInt();
const devices: RawDevice[] = [];
let child: ChildProcess;
let port = 0;

test.before(async () => {
  const flags = ['--import', 'tsx', '--expose-gc'];
  child = fork(fileURLToPath(new URL('serving.ts', import.meta.url)), [], { execArgv: flags });
  const [message] = (await inTime(once(child, 'message'), 'the server listens')) as [
    { port: number },
  ];
  port = message.port;
});

test.after.each(() => {
  for (const device of devices.splice(0)) device.socket.destroy();
});
test.after(() => void child.kill('SIGKILL'));

async function look(): Promise<{ readonly rss: number; readonly stats: StratumServerStats }> {
  child.send('look');
  const [message] = await inTime(once(child, 'message'), 'the server tells of itself');
  return message as { rss: number; stats: StratumServerStats };
}

function connect(): RawDevice {
  const device = RawDevice.tcp(port);
  devices.push(device);
  return device;
}

interface Honest {
  /** Sends a last share. @returns the ids of what was sent, and what came back for them */
  stop(): Promise<{ readonly sent: readonly number[]; readonly answers: readonly unknown[] }>;
}

/** Mines a share, then rests: no more messages a second than a device may send. */
async function honest(): Promise<Honest> {
  const device = connect();
  device.call('mining.subscribe', ['honest'], 'subscribe');
  const { result } = await device.answer('subscribe');
  const [jobId = '', header = ''] = (await device.notify()) as string[];
  const nonce1 = (result as string[])[1] ?? '';
  const told: ChainwebTold = { jobId, header: Buffer.from(header, 'hex'), nonce1 };
  const sent: number[] = [];
  const mine = async () => {
    const nonce2 = chainwebShare(told, TARGET, sent.at(-1) ?? 0);
    const id = Number.parseInt(nonce2, 16) + 1;
    sent.push(id);
    device.call('mining.submit', ['honest', jobId, nonce2], id);
    await device.answer(id);
  };
  await mine();
  let isOver = false;
  const running = (async () => {
    for (; !isOver; await sleep(20)) await mine();
  })();
  running.catch(() => {}); // told by `stop`
  return {
    stop: async () => {
      isOver = true;
      await running;
      await mine();
      const lines = device.lines as readonly Record<string, unknown>[];
      return { sent, answers: lines.filter(({ id }) => typeof id === 'number') };
    },
  };
}

/** How many shares of the honest devices the server has counted. */
function counted({ users }: StratumServerStats): number {
  return users.find(({ user }) => user === 'honest')?.accepted ?? 0;
}

/** An attack while an honest device mines: none of its shares is lost, and the memory stays. */
function attack(name: string, act: () => Promise<void>): void {
  test(`${name}: every share of an honest device counts, and the memory is bounded`, async () => {
    const before = await look();
    const device = await honest();
    await act();
    const { sent, answers } = await device.stop();
    assert.equal(
      answers,
      sent.map((id) => ({ id, result: true, error: null })),
    );
    const { rss, stats } = await look();
    assert.is(counted(stats) - counted(before.stats), sent.length);
    assert.ok(rss - before.rss <= 64 * MIB, `${Math.round((rss - before.rss) / MIB)} MiB more`);
  });
}

/** Whether the honest device is the only one left. */
async function isAlone(): Promise<boolean> {
  return (await look()).stats.connections === 1;
}

/** Writes until the other side has had enough. */
async function pour(device: RawDevice, chunk: string | Uint8Array, most: number): Promise<number> {
  let sent = 0;
  while (sent < most && !device.isClosed) {
    sent += chunk.length;
    if (!device.socket.write(chunk)) {
      await Promise.race([once(device.socket, 'drain'), device.closed()]);
    }
  }
  return sent;
}

attack('100 MB without a newline', async () => {
  const device = connect();
  const sent = await pour(device, Buffer.alloc(65_536, 'x'), 100 * MIB);
  await device.closed();
  assert.ok(sent < 100 * MIB, 'it is not read to the end');
  assert.is(device.lines.length <= 1, true);
});

attack('a string of 100 MB in a message', async () => {
  const device = connect();
  device.write('{"id":1,"method":"');
  await pour(device, Buffer.alloc(65_536, 'x'), 100 * MIB);
  await device.closed();
});

attack('nothing but newlines', async () => {
  const device = connect();
  const sent = await pour(device, Buffer.alloc(65_536, '\n'), 100 * MIB);
  await device.closed();
  assert.ok(sent < 100 * MIB, 'it is not read to the end');
});

attack('deep nesting', async () => {
  const many = Array.from({ length: 20 }, () => connect());
  for (const device of many) device.write('{"id":'.repeat(10_000));
  for (const device of many) await device.closed();
});

attack('wrong types, odd numbers and odd texts', async () => {
  const device = connect();
  const values = [
    '-1',
    '1e400',
    '-0',
    '1e-400',
    '9'.repeat(400),
    '"\\u0000"',
    '"\\ud800"',
    '"💥"',
    '{}',
    '{"toString":1}',
    '[]',
    'null',
    'true',
  ];
  const methods = [
    'subscribe',
    'authorize',
    'configure',
    'submit',
    'suggest_difficulty',
    'suggest_target',
  ];
  for (const method of methods) {
    for (const value of values) {
      const params = `[${value},${value},${value},${value},${value}]`;
      device.write(`{"id":${value},"method":"mining.${method}","params":${params}}\n`);
    }
  }
  device.call('mining.ping', [], 'still here');
  assert.is((await device.answer('still here'))['result'], 'pong');
});

attack('shares replayed, out of order and wrong', async () => {
  const device = connect();
  device.call('mining.subscribe', [], 'subscribe');
  const { result } = await device.answer('subscribe');
  const [jobId = '', header = ''] = (await device.notify()) as string[];
  const nonce1 = (result as string[])[1] ?? '';
  const told = { jobId, header: Buffer.from(header, 'hex'), nonce1 };
  const good: string[] = [];
  for (let from = 0; good.length < 20; from = Number.parseInt(good.at(-1) ?? '', 16) + 1) {
    good.push(chainwebShare(told, TARGET, from));
  }
  const miss = chainwebMiss(told, TARGET);
  const sent = [...good.toReversed(), ...good, miss, ...good];
  for (const [id, nonce2] of sent.entries()) {
    device.call('mining.submit', ['replay', jobId, nonce2], id);
  }
  const verdicts: unknown[] = [];
  for (const id of sent.keys()) {
    const { result: is, error } = await device.answer(id);
    verdicts.push(is ?? (error as unknown[])[0]);
  }
  const expected = sent.map((_, i) => (i < 20 ? true : i === 40 ? 31 : 22));
  assert.equal(verdicts, expected);
});

attack('a flood of messages', async () => {
  const device = connect();
  await pour(device, '{"id":1,"method":"mining.ping"}\n'.repeat(1_000), 10 * MIB);
  await device.closed();
});

attack('a flood of connections', async () => {
  for (let round = 0; round < 5; round++) {
    const many = Array.from({ length: 400 }, () => connect());
    // Of one address there may be 300.
    const turnedAway = () => many.filter(({ isClosed }) => isClosed).length;
    await until('a hundred are turned away', () => turnedAway() >= 100);
    for (const device of many) device.socket.destroy();
    for (const device of many) await device.closed();
    await until('the server has let go of them', isAlone);
  }
});

attack('slow senders, half-closed sockets and connections that vanish', async () => {
  const many = Array.from({ length: 100 }, () => connect());
  for (const text of '{"id":1,"method":') {
    for (const device of many) device.write(text);
    await sleep(2);
  }
  for (const device of many.slice(0, 50)) device.socket.end();
  for (const device of many.slice(50)) device.socket.resetAndDestroy();
  for (const device of many) await device.closed();
  await until('the server has let go of them', isAlone);
});

attack('a client that does not read what it is told', async () => {
  const device = connect();
  device.call('mining.ping', [], 'inside');
  await device.answer('inside');
  device.socket.pause();
  const id = 'x'.repeat(8_000);
  const line = `{"id":"${id}","method":"mining.ping"}\n`;
  await until('it is dropped', async () => {
    if (!device.socket.destroyed) device.write(line.repeat(20));
    return isAlone();
  });
});

test.run();
