/** Settings that change under the real program, while it mines. */

import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KEY, killPrograms, start } from './programs.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-reload-'));
test.after(() => rmSync(folder, { recursive: true }));
test.after.each(killPrograms);

const [file, audit] = [join(folder, 'miner.yaml'), join(folder, 'audit.jsonl')];

/** As editors do it: whole, by a new name. */
function write(text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

const records = () =>
  readFileSync(audit, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { outcome: string; setting: string; cause: string });

/** Nothing to mine is needed: the threads are there all the same. */
async function startMiner() {
  const miner = start([
    ...['run', '--source', 'chainweb+http://127.0.0.1:1', '--public-key', KEY],
    ...['--config-file', file, '--audit-file', audit, '--metrics-port', '0'],
  ]);
  const [, url = ''] = await miner.until('stderr', /metrics and health on (http:\S+)/);
  return { miner, url };
}

async function threadsOf(url: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  const names = [...text.matchAll(/^pow_native_thread_\w+\{[^}]*thread="(\d+)"/gm)];
  return new Set(names.map(([, name]) => name)).size;
}

test('a changed file is applied while it mines: threads come and go, the level changes', async () => {
  write('engine: { threads: 1 }\nlog: { level: info }\n');
  const { miner, url } = await startMiner();
  assert.is(await threadsOf(url), 1);
  write('engine: { threads: 3, cpuLimit: 50 }\nlog: { level: debug }\nchainweb: { chains: 2 }\n');
  await miner.until('stderr', /engine\.threads: 1 -> 3/);
  await miner.until('stderr', /^warn: chainweb\.chains: 4 -> 2 needs a restart$/m);
  await miner.until('stderr', /^engine\.cpuLimit: 100 -> 50$/m);
  assert.is(await threadsOf(url), 3);
  write('engine: { threads: 2 }\n');
  await miner.until('stderr', /engine\.threads: 3 -> 2/);
  await miner.until('stderr', /log\.level: debug -> info/);
  assert.is(await threadsOf(url), 2);
  assert.ok(
    records().some(({ outcome, setting }) => outcome === 'applied' && setting === 'engine.threads'),
  );
  miner.kill('SIGTERM');
  assert.is(await miner.ended, 130, miner.stderr);
});

if (process.platform !== 'win32') {
  test('SIGHUP reads the settings again; a bad file leaves the old ones, and says what is wrong', async () => {
    write('engine: { threads: 1 }\n');
    const { miner, url } = await startMiner();
    miner.kill('SIGHUP');
    await miner.until('stderr', /^SIGHUP: no setting has changed$/m);
    write('engine: { threads: 0 }\nlgo: {}\n');
    miner.kill('SIGHUP');
    await miner.until(
      'stderr',
      /^error: engine\.threads \(file .*miner\.yaml\): expected auto, 1 to/m,
    );
    await miner.until('stderr', /^error: lgo \(file .*miner\.yaml\): expected a known setting/m);
    await miner.until('stderr', /^warn: SIGHUP: the old settings stay in force$/m);
    assert.is(await threadsOf(url), 1);
    write('engine: { threads: 2 }\n');
    miner.kill('SIGHUP');
    await miner.until('stderr', /engine\.threads: 1 -> 2/);
    assert.is(await threadsOf(url), 2);
    assert.ok(records().some(({ outcome, cause }) => outcome === 'refused' && cause === 'SIGHUP'));
    miner.kill('SIGINT');
    assert.is(await miner.ended, 130, miner.stderr);
  });
}

test('what a flag says stays, whatever the file says later', async () => {
  write('log: { level: info }\n');
  const miner = start([
    ...['run', '--source', 'chainweb+http://127.0.0.1:1', '--public-key', KEY, '--threads', '1'],
    ...['--config-file', file, '--audit-file', audit],
  ]);
  await miner.until('stderr', /warn: work: /);
  write('engine: { threads: 3 }\nlog: { level: debug }\n');
  await miner.until('stderr', /log\.level: info -> debug/);
  assert.not.match(miner.stderr, 'engine.threads');
  miner.kill('SIGTERM');
  assert.is(await miner.ended, 130, miner.stderr);
});

test.run();
