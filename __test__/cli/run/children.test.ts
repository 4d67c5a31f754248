/** A session that ends takes its children with it. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KEY, killPrograms, start, startNode } from './programs.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-children-'));
test.after(() => rmSync(folder, { recursive: true }));
test.after.each(killPrograms);

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A program that says its number and neither answers nor goes when it is asked to. */
const STUBBORN = `
  import { renameSync, writeFileSync } from 'node:fs';
  process.on('SIGTERM', () => {});
  writeFileSync(process.env.PID_FILE + '.new', String(process.pid));
  renameSync(process.env.PID_FILE + '.new', process.env.PID_FILE);
  setInterval(() => {}, 1000);`;

/** The number in a file, once it is there; rejects when who should write it has ended. */
async function written(path: string, ended: Promise<unknown>): Promise<number> {
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!existsSync(path)) {
    if (over) throw new Error(`ended without ${path}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return Number(readFileSync(path, 'utf8'));
}

for (const signals of [['SIGTERM'], ['SIGINT', 'SIGTERM']] as const) {
  test(`${signals.join(' and ')} leave no child behind, not even one that ignores SIGTERM`, async () => {
    const node = await startNode('--port', '0', '--difficulty', '1000');
    const pidFile = join(folder, `pid-${signals.length}`);
    const program = join(folder, 'stubborn.mjs');
    writeFileSync(program, STUBBORN);
    const miner = start([
      ...['run', '--source', `chainweb+${node.url}`, '--public-key', KEY, '--worker', 'external'],
      ...['--external-worker-cmd', process.execPath, '--external-worker-arg', program],
      ...['--external-worker-env', `PID_FILE=${pidFile}`],
    ]);
    const pid = await written(pidFile, miner.ended);
    assert.ok(isAlive(pid));
    for (const signal of signals) miner.kill(signal);
    assert.is(await miner.ended, 130, miner.stderr);
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
    node.program.kill('SIGTERM');
    await node.program.ended;
  });
}

test.run();
