/** Our client on our server with vardiff, half an hour of virtual time in each dialect. */

import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bitcoinHash, bitcoinJob, chainwebJob, oneIn } from './jobs.js';
import { LoopDevice } from './loop.js';
import { Desk } from './server/desk.js';

const HASHES_PER_SECOND = 64;
const VARDIFF = {
  ...{ shareMs: 1_000, windowMs: 60_000, band: 1.1 },
  ...{ leastHashes: 8, mostHashes: 2 ** 40 },
};

const powOf = {
  bitcoin: (message: Uint8Array) => bitcoinHash(message),
  chainweb: (message: Uint8Array) =>
    BigInt(`0x${createHash('blake2s256').update(message).digest().reverse().toString('hex')}`),
};

for (const dialect of ['bitcoin', 'chainweb'] as const) {
  test(`${dialect}: at one share a second wanted, all are valid, and they come at that rate`, async () => {
    const difficulty = { kind: 'vardiff', startHashes: 16 } as const;
    const desk = new Desk({ dialect, difficulty, vardiff: VARDIFF, refreshMs: 30_000 });
    const job = dialect === 'bitcoin' ? bitcoinJob : chainwebJob;
    desk.start(job({ target: oneIn(2 ** 60) }));
    const device = new LoopDevice(desk, { url: `stratum+tcp://10.0.0.1:1?dialect=${dialect}` });
    try {
      await device.connected();
      await device.mine(1_800_000, HASHES_PER_SECOND);
      const { shares } = device;
      assert.ok(shares.length >= 1_400, `${shares.length} shares`);
      const results = new Set(shares.map(({ outcome }) => outcome.result));
      assert.equal([...results], ['accepted']);
      assert.equal(Object.keys(desk.hub.users.verdicts), ['accepted']);
      for (const { found } of shares) {
        const target = BigInt(`0x${(found.job.target as { toHex(): string }).toHex()}`);
        assert.ok(powOf[dialect](found.solution.message) <= target);
      }
      const settled = shares.filter(({ atMs }) => atMs >= 600_000).length / 1_200;
      assert.ok(Math.abs(settled - 1) < 0.1, `${settled} shares a second`);
      const { hashesPerSecond, low, high } = desk.hub.users.total(desk.clock.now());
      assert.ok(low < HASHES_PER_SECOND && high > HASHES_PER_SECOND, `${hashesPerSecond}`);
    } finally {
      await device.close();
      desk.hub.close();
    }
  });
}

test.run();
