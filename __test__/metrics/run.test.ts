import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KEY, killPrograms, type Program, start, startNode } from '../cli/run/programs.js';
import { type Family, parseExposition } from './exposition.js';

const ASK_EVERY_MS = 50;

/** The first answer that is as wanted. A program that has ended answers nothing, which throws. */
async function until<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    await sleep(ASK_EVERY_MS);
  }
}

const run = (url: string, ...more: readonly string[]): Program =>
  start(['run', '--source', `chainweb+${url}`, '--public-key', KEY, '--threads', '1', ...more]);

function total(families: ReadonlyMap<string, Family>, name: string): number {
  const { samples = [] } = families.get(`pow_native_${name}`) ?? {};
  return samples.reduce((sum, { value }) => sum + value, 0);
}

test('run serves its counters while it mines, and is ready while the node lives', async () => {
  const node = await startNode('--port', '0', '--difficulty', '100000');
  const miner = run(node.url, '--metrics-port', '0');
  const [, url = ''] = await miner.until(
    'stderr',
    /metrics and health on (http:\/\/127\.0\.0\.1:\d+)/,
  );
  const metrics = async () => parseExposition(await (await fetch(`${url}/metrics`)).text());
  const ready = async () => {
    const response = await fetch(`${url}/health/ready`);
    return { status: response.status, text: await response.text() };
  };
  assert.is((await fetch(`${url}/health/live`)).status, 200);
  await until(ready, ({ status }) => status === 200);

  const mined = await until(metrics, (families) => total(families, 'blocks_total') >= 3);
  const more = await until(
    metrics,
    (families) => total(families, 'hashes_total') > total(mined, 'hashes_total'),
  );
  for (const name of ['blocks_total', 'solutions_total', 'jobs_total', 'thread_seconds_total']) {
    assert.ok(total(more, name) >= total(mined, name) && total(mined, name) > 0, name);
  }
  for (const name of ['lane_hashes_total', 'request_duration_seconds', 'threads']) {
    assert.ok(total(mined, name) > 0, name);
  }

  node.program.kill('SIGKILL');
  const { text } = await until(ready, ({ status }) => status === 503);
  assert.match(text, 'the connection of the source is lost');
  assert.is((await fetch(`${url}/health/live`)).status, 200, 'the miner lives on');
  await until(metrics, (families) => total(families, 'errors_total') > 0);
  miner.kill('SIGINT');
  assert.is(await miner.ended, 130, miner.stderr);
});

test('without --metrics-port it tells of no metrics', async () => {
  const miner = run('http://127.0.0.1:1', '--log-level', 'debug');
  await miner.until('stderr', /ECONNREFUSED/);
  assert.not.match(miner.stderr, 'metrics');
  miner.kill('SIGINT');
  await miner.ended;
});

test('a metrics port in use ends it with code 2 before it asks for work', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = other.address() as { port: number };
    const miner = run('http://127.0.0.1:1', '--metrics-port', `${port}`);
    assert.is(await miner.ended, 2, miner.stderr);
    assert.match(miner.stderr, `--metrics-port: bad argument: port ${port} of 127.0.0.1 is in use`);
    assert.not.match(miner.stderr, 'ECONNREFUSED');
    assert.is(miner.stdout, '');
  } finally {
    other.close();
  }
});

test('a metrics host that is none of this machine is named', async () => {
  const miner = run('http://127.0.0.1:1', '--metrics-port', '0', '--metrics-host', '192.0.2.1');
  assert.is(await miner.ended, 2, miner.stderr);
  assert.match(miner.stderr, '--metrics-host: ');
});

test.after.each(killPrograms);

test.run();
