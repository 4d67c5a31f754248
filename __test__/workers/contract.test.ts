import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WORKERS } from '../../ts/workers/registry.js';
import { workerContract } from '../contracts/worker.js';
import { WORKER_FIXTURES } from '../contracts/workers.js';

test('every worker is held to the contract, and no other', () => {
  assert.equal(
    Object.keys(WORKER_FIXTURES),
    WORKERS.map(({ name }) => name),
  );
});

test('the README lists every worker with its options', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  for (const { name, options } of WORKERS) {
    const row = new RegExp(`^\\| \`${name}\` \\|.*$`, 'm').exec(readme)?.[0] ?? '';
    assert.ok(row !== '', name);
    if (name === 'cpu') continue; // most are those of the engine
    for (const option of Object.keys(options)) assert.match(row, `\`${option}\``);
  }
});

for (const row of WORKERS) {
  const fixture = WORKER_FIXTURES[row.name];
  if (fixture !== undefined) workerContract(row, fixture);
}

test.run();
