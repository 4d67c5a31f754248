import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ask } from '../../../ts/cli/top/attach.js';
import { openPlace } from '../../../ts/cli/top/place.js';
import { publish } from '../../../ts/cli/top/publish.js';
import { type Facts, SNAPSHOT_LIMIT, snapshotOf } from '../../../ts/cli/top/snapshot.js';
import { freshRuntimeFolder, onUnix, removeRuntimeFolders } from './runtime-folder.js';

/** What one who says nothing takes. */
const ANSWER_MS = 5_000;

const facts: Facts = { hashes: 42, jobs: [], threads: [], outcomes: null };
const closers: (() => void)[] = [];

test.before.each(freshRuntimeFolder);
test.after.each(() => {
  for (const close of closers.splice(0)) close();
  removeRuntimeFolders();
});

/** Publishes, and comes back when it can be asked. */
async function published(read: () => Facts = () => facts): Promise<string[]> {
  const told: string[] = [];
  closers.push(publish('mine', read, (text) => told.push(text)));
  await new Promise(setImmediate);
  return told;
}

/** A socket of somebody who says what the test says. */
async function listening(name: string, talk: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    closers.push(() => socket.destroy());
    talk(socket);
  });
  closers.push(() => server.close());
  mkdirSync(folderOf(), { recursive: true, mode: 0o700 });
  await new Promise<void>((resolve) => server.listen(join(folderOf(), name), resolve));
  return server;
}

const folderOf = () => join(process.env['XDG_RUNTIME_DIR'] ?? '', 'pow-native');
/** On Windows the pipes of others are there as well. */
const everybody = process.platform === 'win32' ? process.pid : null;
const pidsOf = async (pid: number | null = everybody) =>
  [...(await ask(openPlace(), pid, ANSWER_MS)).values()].map((snapshot) => snapshot.pid);

test('a process that publishes is seen, as often as one asks, until it closes', async () => {
  assert.equal(await pidsOf(), []);
  assert.equal(await published(), []);
  for (let i = 0; i < 3; i++) {
    const [snapshot, ...others] = (await ask(openPlace(), everybody, ANSWER_MS)).values();
    assert.is(snapshot?.pid, process.pid);
    assert.is(snapshot?.command, 'mine');
    assert.is(snapshot?.hashes, 42);
    assert.equal(others, []);
  }
  assert.equal(await pidsOf(process.pid), [process.pid]);
  assert.equal(await pidsOf(process.pid + 1), []);
  for (const close of closers.splice(0)) close();
  assert.equal(await pidsOf(), []);
});

onUnix('the folder is for this user alone, and empty when nobody publishes', async () => {
  await published();
  assert.is(statSync(folderOf()).mode & 0o777, 0o700);
  assert.is(readdirSync(folderOf()).length, 1);
  for (const close of closers.splice(0)) close();
  assert.equal(readdirSync(folderOf()), []);
});

onUnix('what is no answer of a miner is left out, and everything is asked at once', async () => {
  await published();
  await listening('100001-00000001.sock', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n'));
  await listening('100002-00000001.sock', () => {}); // says nothing
  await listening('100003-00000001.sock', (socket) => {
    const more = (error?: Error | null) => {
      if (!error) socket.write(Buffer.alloc(1 << 16, 'x'), more);
    };
    more();
  });
  await listening('100008-00000001.sock', (socket) => {
    const told = JSON.stringify({ ...snapshotOf('mine', 1, facts), pid: 100008 });
    socket.end(told.padEnd(SNAPSHOT_LIMIT + 1)); // right but for its length
  });
  await listening('100004-00000001.sock', (socket) => {
    const told = snapshotOf('mine', 1, facts); // of another process
    socket.end(JSON.stringify(told));
  });
  await listening('100005-00000001.sock', (socket) => socket.destroy());
  writeFileSync(join(folderOf(), '100006-00000001.sock'), 'a file');
  writeFileSync(join(folderOf(), 'readme.txt'), 'a file');
  mkdirSync(join(folderOf(), '100007-00000001.sock'));
  assert.equal(await pidsOf(), [process.pid]);
  assert.ok(existsSync(join(folderOf(), '100002-00000001.sock')), 'a living socket stays');
});

onUnix('the longest answer of a miner is below the limit of bytes', () => {
  const text = '\u4e16'.repeat(300);
  const thread = { hashes: 1, busyMs: 0.1, starvedMs: 0.1, waitingMs: 0.1, job: text };
  const threads = Array.from({ length: 1024 }, () => ({ ...thread, lastError: text }));
  const jobs = threads.map(() => ({ id: text, lane: text, hashes: 1, ageMs: 0.1 }));
  const told = JSON.stringify(snapshotOf('run', 1, { hashes: 1, jobs, threads, outcomes: null }));
  assert.ok(Buffer.byteLength(told) < SNAPSHOT_LIMIT);
});

onUnix('one that asks and never reads, and one that talks, do not disturb', async () => {
  await published();
  const [name = ''] = readdirSync(folderOf());
  for (const talk of [false, true]) {
    const socket = createConnection(join(folderOf(), name)).on('error', () => {});
    closers.push(() => socket.destroy());
    await new Promise((resolve) => socket.on('connect', resolve));
    if (talk) socket.write('GET / HTTP/1.1\r\n\r\n');
  }
  assert.equal(await pidsOf(), [process.pid]);
});

test('a failure to tell is told to the log, and nothing else happens', async () => {
  const told = await published(() => {
    throw new Error('no facts');
  });
  assert.equal(await pidsOf(), []);
  assert.equal(told, ['pow-native top was not answered: no facts']);
});

for (const [why, spoil] of [
  ['is open to others', () => mkdirSync(folderOf(), { mode: 0o777 })],
  ['is a file', () => writeFileSync(folderOf(), '')],
  ['is a link', () => symlinkSync(process.env['XDG_RUNTIME_DIR'] ?? '', folderOf())],
] as const) {
  onUnix(`a folder that ${why} is not used, and mining does not suffer`, async () => {
    spoil();
    if (why === 'is open to others') chmodSync(folderOf(), 0o755); // whatever the umask
    const [told = '', ...more] = await published();
    assert.match(told, /^pow-native top cannot see this process: /);
    assert.equal(more, []);
    assert.throws(openPlace);
  });
}

onUnix('a path too long for a socket is told, not cut off', async () => {
  process.env['XDG_RUNTIME_DIR'] = join(process.env['XDG_RUNTIME_DIR'] ?? '', 'x'.repeat(80));
  const [told = ''] = await published();
  assert.match(told, /too long for a socket/);
  assert.equal(readdirSync(folderOf()), []);
});

test.run();
