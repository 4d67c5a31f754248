import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { joinNats } from '../../../ts/cluster/nats/client.js';
import { VirtualClock } from '../../miner/jobs.js';
import { capabilities } from './fixture.js';

test('without a server there is no status, and whoever asks is told so in time', async () => {
  const nobody = createServer().listen(0, '127.0.0.1');
  await once(nobody, 'listening');
  const { port } = nobody.address() as AddressInfo;
  nobody.close();
  await once(nobody, 'close');
  const clock = new VirtualClock();
  const queue = joinNats({ servers: [`nats://127.0.0.1:${port}`], capabilities, clock });
  const codes: unknown[] = [];
  queue.status().catch((error) => codes.push(error.code));
  await clock.pass(5_000);
  assert.equal(codes, ['POW_SOURCE']);
  await queue.close();
});

test.run();
