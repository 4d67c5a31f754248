/** What a server cannot be opened with: each is an error that names the option. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PowError } from '../../../ts/index.js';
import { StratumServer, type StratumServerOptions } from '../../../ts/stratum/index.js';
import { selfSigned } from '../../chainweb/certificate.js';
import { rejection } from '../../fixtures.js';

const HOST = '127.0.0.1';
const { key, cert } = selfSigned();
const other = selfSigned();

for (const [argument, options] of [
  ['options', null],
  ['dialect', { dialect: 'ethereum' }],
  ['difficulty', { difficulty: 'hard' }],
  ['difficulty', { difficulty: 257 }],
  ['refreshMs', { refreshMs: 0 }],
  ['refreshMs', { dialect: 'bitcoin', refreshMs: 999 }],
  ['limits', { limits: 5 }],
  ['limits.lineBytes', { limits: { lineBytes: 0 } }],
  ['limits.idleMs', { limits: { idleMs: 'x' } }],
  ['vardiff', { vardiff: 'fast' }],
  ['vardiff.shareMs', { vardiff: { shareMs: 0 } }],
  ['vardiff.windowMs', { vardiff: { windowMs: Number.NaN } }],
  ['vardiff.band', { vardiff: { band: 1 } }],
  ['vardiff.band', { vardiff: { band: '1.1' } }],
  ['vardiff.leastHashes', { vardiff: { leastHashes: 0 } }],
  ['vardiff.leastHashes', { vardiff: { leastHashes: 10, mostHashes: 1 } }],
  ['vardiff.mostHashes', { vardiff: { mostHashes: Number.POSITIVE_INFINITY } }],
  ['bans', { bans: 3 }],
  ['bans.offences', { bans: { offences: 'x' } }],
  ['bans.offences', { bans: { offences: -1 } }],
  ['bans.memoryMs', { bans: { memoryMs: 0 } }],
  ['bans.banMs', { bans: { banMs: 1.5 } }],
  ['authorize', { authorize: 5 }],
  ['onNotice', { onNotice: 'log' }],
  ['ports', { ports: {} }],
  ['ports[0]', { ports: [null] }],
  ['ports[1].port', { ports: [{ port: 0 }, { port: 70_000 }] }],
  ['ports[0].host', { ports: [{ port: 0, host: 5 }] }],
  ['ports[0].host', { ports: [{ port: 0, host: '' }] }],
  ['ports[0].tls', { ports: [{ port: 0, tls: 5 }] }],
  ['ports[0].tls', { ports: [{ port: 0, tls: { key: 'x', cert: 'y' } }] }],
  ['ports[0].tls', { ports: [{ port: 0, tls: { key, cert: other.cert } }] }],
  ['ports[0].tls', { ports: [{ port: 0, tls: { key } }] }],
  ['ports[0].startBits', { ports: [{ port: 0, startBits: -1 }] }],
  ['ports[0].startBits', { ports: [{ port: 0, startBits: 40 }], difficulty: 46 }],
  ['ports[0].startBits', { ports: [{ port: 0, startBits: 40 }], difficulty: 'block' }],
] as const) {
  test(`${JSON.stringify(options)?.slice(0, 80)} is refused as ${argument}`, async () => {
    const opening = StratumServer.open(options as never);
    const error = await rejection(opening.then((server) => server.close()));
    const { code, argument: named, message } = error as PowError;
    assert.equal([code, named], ['POW_ARGUMENT', argument], String(error));
    assert.match(message, argument);
  });
}

test('the least time between two Bitcoin jobs is named, and why a start is of no use', async () => {
  const messageOf = async (options: StratumServerOptions) =>
    ((await rejection(StratumServer.open(options))) as PowError).message;
  assert.match(await messageOf({ dialect: 'bitcoin', refreshMs: 999 }), 'from 1000 to 86400000');
  const fixed = { difficulty: 46, ports: [{ port: 0, startBits: 40 }] };
  assert.match(await messageOf(fixed), "left out unless difficulty is 'auto', not 40");
});

test('bounds and every option at once are taken', async () => {
  const server = await StratumServer.open({
    ...{ dialect: 'bitcoin', difficulty: 'auto', refreshMs: 1_000 },
    vardiff: { shareMs: 1, windowMs: 1, band: 1.01, leastHashes: 1, mostHashes: 1 },
    bans: { offences: 0, memoryMs: 1, banMs: 1 },
    limits: { idleMs: 1 },
    authorize: () => true,
    ports: [
      { port: 0, host: HOST, startBits: 256 },
      { port: 0, host: HOST, tls: { key, cert } },
    ],
  });
  assert.is(server.ports.length, 2);
  await server.close();
  // Of the official client's configurations: its devices get a job a second at most.
  await (await StratumServer.open({ refreshMs: 50, ports: [] })).close();
});

test.run();
