import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PowError } from '../../../ts/index.js';
import { ClusterWorker } from '../../../ts/workers/cluster.js';
import { rejection } from '../../fixtures.js';
import { ears } from '../ears.js';
import { lastBytesJob, soon } from '../work-at-the-end.js';
import { hashAsNode } from './node-here.js';

const folder = mkdtempSync(join(tmpdir(), 'pow-native-dataset-'));
test.after(() => rmSync(folder, { recursive: true }));

test('a job is solved once its dataset is there, and what a worker has is the file of the master', async () => {
  const [file, ours, theirs] = ['dataset', 'ours', 'theirs'].map((name) => join(folder, name));
  const bytes = randomBytes(3_000_000);
  writeFileSync(file as string, bytes);
  const master = await ClusterWorker.open({ port: 0, datasetFile: file, datasetFolder: ours });
  await hashAsNode(master, { datasets: { folder: theirs as string } });
  const { how, heard } = ears();
  assert.is(await master.mine(lastBytesJob('one', 'lane', { target: soon }), how), 'exhausted');
  assert.is(heard.length, 1);
  const root = readdirSync(theirs as string).find((name) => /^[\da-f]{64}$/.test(name)) ?? '';
  assert.ok(readFileSync(join(theirs as string, root)).equals(bytes));
  await master.close();
});

test('a dataset without a folder, and one that is not there, are refused by name', async () => {
  const missing = { datasetFile: join(folder, 'nothing') };
  const alone = (await rejection(ClusterWorker.open({ port: 0, ...missing }))) as PowError;
  assert.equal([alone.code, alone.argument], ['POW_ARGUMENT', 'datasetFolder']);
  const both = { ...missing, datasetFolder: join(folder, 'cache') };
  const gone = (await rejection(ClusterWorker.open({ port: 0, ...both }))) as PowError;
  assert.equal([gone.code, gone.argument], ['POW_ARGUMENT', 'datasetFile']);
});

test.run();
