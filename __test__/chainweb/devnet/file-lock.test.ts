import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDevnet } from '../../../ts/chainweb/index.js';
import type { PowError } from '../../../ts/errors.js';
import { FileLock } from '../../../ts/miner/file-lock.js';
import { rejection, thrown } from '../../fixtures.js';
import { withDevnet } from './node-client.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-lock-'));
test.after(() => rmSync(folder, { recursive: true }));

function fileNamed(name: string): string {
  const file = join(folder, name);
  writeFileSync(file, '');
  return file;
}

function lockedBy(file: string, text: string): void {
  writeFileSync(`${file}.lock`, text);
}

/** It can be had, and leaves nothing behind. */
function canBeTaken(file: string): void {
  const lock = new FileLock(file);
  const { pid } = JSON.parse(readFileSync(`${file}.lock`, 'utf8')) as { pid: number };
  assert.is(pid, process.pid);
  lock.release();
  const left = readdirSync(folder).filter((name) => name.startsWith(`${basename(file)}.`));
  assert.equal(left, []);
}

test('a second node on the same file is refused with the process that has it, and the first goes on', async () => {
  const dataFile = join(folder, 'second');
  await withDevnet({ dataFile }, async (first) => {
    const before = readFileSync(dataFile);
    const error = (await rejection(openDevnet({ port: 0, dataFile }))) as PowError;
    assert.equal([error.code, error.argument], ['POW_ARGUMENT', 'dataFile']);
    assert.match(error.message, `in use by process ${process.pid}: one node at a time`);
    assert.equal(readFileSync(dataFile), before);
    assert.ok(existsSync(`${dataFile}.lock`), 'the refused one has not taken the lock away');
    assert.ok(first.url);
  });
  assert.not.ok(existsSync(`${dataFile}.lock`));
  await withDevnet({ dataFile }, async () => {});
});

test('another process that is alive keeps its lock', () => {
  const file = fileNamed('alive');
  lockedBy(file, JSON.stringify({ pid: process.ppid, start: null }));
  const error = thrown(() => new FileLock(file)) as PowError;
  assert.match(error.message, `process ${process.ppid}`);
  assert.ok(existsSync(`${file}.lock`));
});

test('a lock whose process was killed does not block', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const ended = new Promise((resolve) => child.on('close', resolve));
  const file = fileNamed('killed');
  lockedBy(file, JSON.stringify({ pid: child.pid, start: null }));
  assert.instance(
    thrown(() => new FileLock(file)),
    Error,
  );
  child.kill('SIGKILL');
  await ended;
  canBeTaken(file);
});

for (const [title, text] of [
  ['a lock of an earlier process of our own number', JSON.stringify({ pid: process.pid })],
  ['an empty lock', ''],
  ['a lock of garbage', '\0\0\0'],
  ['a lock of nobody', '{"pid":-1}'],
] as const) {
  test(`${title} does not block`, () => {
    const file = fileNamed('left');
    lockedBy(file, text);
    canBeTaken(file);
  });
}

if (process.platform === 'linux') {
  test('a lock of an earlier process whose number another has now does not block', () => {
    const file = fileNamed('number');
    lockedBy(file, JSON.stringify({ pid: process.ppid, start: '1' }));
    canBeTaken(file);
  });
}

test('of twenty that start at once on one file exactly one has it', async () => {
  const dataFile = join(folder, 'rush');
  const starting = Array.from({ length: 20 }, () => openDevnet({ port: 0, dataFile }));
  const all = await Promise.allSettled(starting);
  const open = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  assert.is(open.length, 1);
  for (const node of open) await node.close();
});

test.run();
