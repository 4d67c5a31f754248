import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { joinMaster } from '../../../ts/cluster/tcp/client.js';
import { addKey } from '../../../ts/cluster/tcp/keys.js';
import { openMaster } from '../../../ts/cluster/tcp/master.js';
import { PowError } from '../../../ts/errors.js';
import { CAPABILITIES, Opened } from './fixture.js';
import { RawPeer } from './raw-peer.js';
import { NOW } from './secure.js';

let opened: Opened;
let keysFile: string;
test.before.each(() => {
  opened = new Opened();
  keysFile = join(opened.folder, 'keys');
});
test.after.each(() => opened.close());

const oldFrames = readFileSync(
  new URL('../../vectors/cluster-frames-v1.txt', import.meta.url),
  'utf8',
)
  .split('\n')
  .filter((line) => / 454e494d/.test(line))
  .map((line) => Buffer.from(line.replace(/^\S+/, '').replace(/\s/g, ''), 'hex'));

test('in clear a master and its workers are on one machine', async () => {
  const argumentOf = async (call: () => unknown): Promise<unknown> => {
    try {
      await call();
    } catch (error) {
      return error instanceof PowError ? error.argument : error;
    }
    return 'nothing';
  };
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
    const listen = { host };
    assert.is(
      await argumentOf(() => openMaster({ security: { kind: 'plain' }, listen })),
      'listen.host',
    );
    const seeds = [{ host, port: 1 }];
    const options = { seeds, security: { kind: 'plain' }, capabilities: CAPABILITIES } as const;
    assert.is(await argumentOf(() => joinMaster(options)), 'seeds[0].host');
  }
});

test('every frame of version 1 is answered with a GOODBYE of its kind, with TLS and without', async () => {
  assert.ok(oldFrames.length >= 8);
  addKey(keysFile, 'rig', NOW);
  const limits = { acceptsPerSecondAndAddress: 100 };
  const masters = [
    await opened.master({ security: { kind: 'psk', keysFile }, limits }),
    await opened.master({ limits }),
  ];
  for (const { port } of masters) {
    for (const frame of oldFrames) {
      const peer = new RawPeer(connect({ host: '127.0.0.1', port }));
      // In two pieces: the first bytes need not come together.
      peer.socket.write(frame.subarray(0, 3));
      peer.socket.write(frame.subarray(3));
      await peer.closed();
      const answer = Buffer.concat(peer.bytes);
      assert.is(answer.readUInt32LE(0), 0x4d494e45);
      assert.equal([answer.readUInt16LE(4), answer.readUInt16LE(6)], [1, 11]);
      const reason = answer.subarray(16);
      assert.is(answer.readUInt32LE(8), reason.length);
      assert.is(
        answer.readUInt32LE(12),
        reason.reduce((sum, byte) => sum + byte, 0),
      );
      assert.match(reason.toString(), /version 2/);
    }
  }
});

test('who speaks in clear to a port of TLS is told so and hung up on', async () => {
  addKey(keysFile, 'rig', NOW);
  const master = await opened.master({ security: { kind: 'psk', keysFile } });
  const socket = connect({ host: '127.0.0.1', port: master.port });
  const peer = new RawPeer(socket);
  peer.say({ kind: 'heartbeat', tick: 1 });
  await peer.closed();
  const answer = Buffer.concat(peer.bytes);
  assert.is(answer.readUInt16BE(4), 1, 'frames of version 1');
  assert.is(answer.readUInt16BE(6), 11, 'GOODBYE');
  assert.match(answer.subarray(16).toString(), /TLS 1\.3/);
});

test.run();
