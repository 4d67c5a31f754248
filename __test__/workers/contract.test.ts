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

for (const row of WORKERS) {
  const fixture = WORKER_FIXTURES[row.name];
  if (fixture !== undefined) workerContract(row, fixture);
}

test.run();
