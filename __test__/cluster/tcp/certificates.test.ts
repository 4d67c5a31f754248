import { constants } from 'node:crypto';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addKey } from '../../../ts/cluster/tcp/keys.js';
import { authorityOf } from '../authority.js';
import { Opened } from './fixture.js';
import { RawPeer } from './raw-peer.js';
import { fate, NOW, units } from './secure.js';

const ours = authorityOf('master', 'worker');
const theirs = authorityOf('stranger');

let opened: Opened;
test.before.each(() => {
  opened = new Opened();
});
test.after.each(() => opened.close());

test('certificates of one authority on both ends are good', async () => {
  const master = await opened.master({ security: ours.master, fixedNonces: 64n });
  const worker = opened.worker(master, { security: ours.worker });
  await units(opened, master, worker);
});

test('a certificate of another authority is refused, whoever shows it', async () => {
  const master = await opened.master({ security: ours.master });
  const { ca } = ours.worker;
  assert.is(
    await fate(opened.worker(master, { security: { ...theirs.stranger, ca } })),
    'POW_SOURCE',
    'that of a worker',
  );
  const strange = await opened.master({ security: { ...theirs.stranger, ca } });
  assert.is(
    await fate(opened.worker(strange, { security: ours.worker })),
    'POW_SOURCE',
    'that of a master',
  );
  assert.is(master.status().workers.length, 0);
});

test('a worker without a certificate is refused', async () => {
  const master = await opened.master({ security: ours.master });
  const { ca } = ours.master;
  const secureOptions = constants.SSL_OP_NO_TICKET;
  const peer = new RawPeer(connectTls({ host: '127.0.0.1', port: master.port, ca, secureOptions }));
  await peer.closed();
  assert.equal(
    peer.heard.map(({ kind }) => kind),
    ['error'],
  );
});

test('a master with keys takes no certificate', async () => {
  const keysFile = join(opened.folder, 'keys');
  addKey(keysFile, 'rig', NOW);
  const master = await opened.master({ security: { kind: 'psk', keysFile } });
  const { key, cert, ca } = ours.worker;
  const socket = connectTls({ host: '127.0.0.1', port: master.port, key, cert, ca });
  let isSecure = false;
  socket.once('secureConnect', () => {
    isSecure = true;
  });
  const peer = new RawPeer(socket);
  await peer.closed();
  assert.is(isSecure, false);
});

test.run();
