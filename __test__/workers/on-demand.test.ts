import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PowError } from '../../ts/index.js';
import type { Clock } from '../../ts/miner/clock.js';
import { OnDemandWorker } from '../../ts/workers/on-demand.js';
import type { WorkerNotice } from '../../ts/workers/row.js';
import { rejection } from '../fixtures.js';
import { VirtualClock } from '../miner/jobs.js';
import { ears } from './ears.js';
import { lastBytesJob } from './work-at-the-end.js';

interface Opened {
  readonly worker: OnDemandWorker;
  readonly notices: readonly WorkerNotice[];
  /** Asks for blocks. */
  make(goals: object): Promise<void>;
  status(): Promise<{ readonly goals: Record<string, number>; readonly jobs: { lane: string }[] }>;
  /** Gives it a job; what is in `solved` is the lanes solved so far. */
  hold(lane: string, goal?: 'first' | 'all'): AbortController;
  readonly solved: string[];
}

async function withWorker(use: (opened: Opened) => Promise<void>, clock?: Clock): Promise<void> {
  const notices: WorkerNotice[] = [];
  const onNotice = (notice: WorkerNotice) => void notices.push(notice);
  const worker = await OnDemandWorker.open({ port: 0 }, { onNotice, clock });
  const solved: string[] = [];
  const minings: Promise<unknown>[] = [];
  try {
    await use({
      worker,
      notices,
      solved,
      async make(goals) {
        const body = JSON.stringify(goals);
        const answer = await fetch(`${worker.url}/make-blocks`, { method: 'POST', body });
        assert.is(answer.status, 200);
        assert.is(answer.headers.get('content-type'), 'text/plain');
        assert.is(await answer.text(), '[]');
      },
      async status() {
        const answer = await fetch(worker.url);
        return (await answer.json()) as Awaited<ReturnType<Opened['status']>>;
      },
      hold(lane, goal = 'first') {
        const { how, stop } = ears(() => void solved.push(lane));
        const job = lastBytesJob(`job of ${lane}`, lane, { proof: 'unchecked', goal });
        minings.push(worker.mine(job, how));
        return stop;
      },
    });
  } finally {
    await worker.close();
    await Promise.all(minings);
  }
}

test('a readiness probe is answered, and asks for nothing', async () => {
  await withWorker(async ({ worker, notices, make, hold, solved, status }) => {
    hold('chain-0');
    await make({});
    assert.equal(solved, []);
    const { goals, jobs } = await status();
    assert.equal([goals, jobs.map(({ lane }) => lane)], [{}, ['chain-0']]);
    assert.match(notices[0]?.text ?? '', `POST ${worker.url}/make-blocks`);
  });
});

test('a job of a wanted chain is solved at once, whether it was there before or comes later', async () => {
  await withWorker(async ({ make, hold, solved, status }) => {
    hold('chain-3', 'all');
    await make({ 3: 2 });
    assert.equal(solved, ['chain-3', 'chain-3']);
    await make({ 5: 1, 3: 1 });
    assert.equal((await status()).goals, { 5: 1 });
    hold('chain-5');
    assert.is(solved.at(-1), 'chain-5');
    assert.equal((await status()).goals, {});
  }, new VirtualClock());
});

test('goals outlive a request, add up, and are forgotten on request', async () => {
  await withWorker(async ({ worker, make, hold, solved, status }) => {
    await make({ 1: 1, 2: 2 });
    await make({ 2: 3 });
    assert.equal((await status()).goals, { 1: 1, 2: 5 });
    const answer = await fetch(`${worker.url}/goals`, { method: 'DELETE' });
    assert.is(answer.status, 200);
    assert.equal((await status()).goals, {});
    hold('chain-1');
    assert.equal(solved, []);
  });
});

test('while a wanted chain gives no job, others are solved one by one', async () => {
  const clock = new VirtualClock();
  await withWorker(async ({ make, hold, solved, status }) => {
    for (const lane of ['chain-1', 'chain-2', 'chain-4']) hold(lane);
    await make({ 0: 1 });
    assert.equal(solved, ['chain-1'], 'the oldest, and no other before something comes of it');
    await clock.pass(99);
    assert.equal(solved, ['chain-1']);
    await clock.pass(1);
    assert.equal(solved, ['chain-1', 'chain-2']);
    hold('chain-6');
    assert.equal(solved, ['chain-1', 'chain-2', 'chain-4'], 'nothing better came');
    hold('chain-0');
    assert.is(solved.at(-1), 'chain-0');
    await clock.pass(1000);
    assert.is(solved.length, 4);
    assert.equal((await status()).goals, {});
  }, clock);
});

test('after a wanted block its chain has a moment to give the next job', async () => {
  const clock = new VirtualClock();
  await withWorker(async ({ make, hold, solved }) => {
    hold('chain-0');
    hold('chain-1');
    await make({ 0: 2 });
    assert.equal(solved, ['chain-0']);
    await clock.pass(99);
    hold('chain-0');
    assert.equal(solved, ['chain-0', 'chain-0']);
    await make({ 0: 1 });
    await clock.pass(100);
    assert.equal(solved, ['chain-0', 'chain-0', 'chain-1']);
  }, clock);
});

test('a job that is stopped is not solved any more', async () => {
  await withWorker(async ({ make, hold, solved }) => {
    hold('chain-0').abort();
    await make({ 0: 1 });
    assert.equal(solved, []);
  });
});

interface AskOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** Status and text of the answer to a request with any headers. */
async function ask(
  worker: OnDemandWorker,
  path: string,
  options: AskOptions = {},
): Promise<{ status: number; text: string }> {
  const { method = 'GET', headers = {}, body = '' } = options;
  const asking = request(new URL(path, worker.url), { method, headers, agent: false });
  asking.on('error', () => {}); // an answer may come before the body is read
  asking.end(body);
  const [answer] = await once(asking, 'response');
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part);
  return { status: answer.statusCode, text: Buffer.concat(parts).toString() };
}

test('what cannot be done is told in one answer, and the server goes on', async () => {
  await withWorker(async ({ worker, status }) => {
    const post = { method: 'POST', body: '{"0":1}' };
    const evil = 'http://evil.com';
    const blank = Buffer.alloc(1 << 20, 0x20);
    const asked: [string, AskOptions, number, RegExp][] = [
      ['/make-blocks', { ...post, body: '{"0":-1}' }, 400, /chain 0/],
      ['/make-blocks', { ...post, body: '\x1b[2J' }, 400, /not JSON/],
      ['/make-blocks', { ...post, body: blank }, 413, /65536/],
      ['/make-blocks', {}, 405, /POST/],
      ['/make-block', post, 404, /POST \/make-blocks/],
      ['/make-blocks', { ...post, headers: { Host: 'evil.com' } }, 403, /evil\.com/],
      ['/make-blocks', { ...post, headers: { Origin: evil } }, 403, /origin/],
      ['/make-blocks', { ...post, body: blank, headers: { Origin: evil } }, 403, /origin/],
    ];
    for (const [path, options, code, text] of asked) {
      const { status: got, text: told } = await ask(worker, path, options);
      assert.is(got, code, told);
      assert.match(told, text);
    }
    assert.equal((await status()).goals, {});
  });
});

test('a client that sends half a request, or goes away, holds up nobody', async () => {
  await withWorker(async ({ worker, make, status }) => {
    const { hostname, port } = new URL(worker.url);
    for (const text of [
      'POST /make-blocks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{',
      'GET',
      '\0',
    ]) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(text);
      if (text.length > 3) await sleep(1);
      else socket.destroy();
    }
    await make({ 2: 1 });
    assert.equal((await status()).goals, { 2: 1 });
  });
});

test('a port in use, and an address of another machine, are named before work starts', async () => {
  await withWorker(async ({ worker }) => {
    const port = Number(new URL(worker.url).port);
    const inUse = (await rejection(OnDemandWorker.open({ port }))) as PowError;
    assert.equal([inUse.code, inUse.argument], ['POW_WORKER', 'port']);
    assert.match(inUse.message, new RegExp(`port ${port} of 127.0.0.1 is in use`));
    const elsewhere = (await rejection(
      OnDemandWorker.open({ port: 0, host: '192.0.2.1' }),
    )) as PowError;
    assert.equal([elsewhere.code, elsewhere.argument], ['POW_WORKER', 'host']);
  });
});

for (const host of ['*', '*4', '!4', 'localhost']) {
  test(`it listens at ${host} when told to`, async () => {
    const worker = await OnDemandWorker.open({ host, port: 0 });
    try {
      const { port } = new URL(worker.url);
      const name = host === 'localhost' ? 'localhost' : '127.0.0.1';
      assert.is((await fetch(`http://${name}:${port}/`)).status, 200);
    } finally {
      await worker.close();
    }
  });
}

test.run();
