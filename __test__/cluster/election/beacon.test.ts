import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  Beacon,
  clusterTag,
  decodeBeacon,
  encodeBeacon,
} from '../../../ts/cluster/election/beacon.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { freeUdpPort } from '../../ports.js';
import { until } from '../../until.js';

const tag = clusterTag('-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n');

test('a beacon is read as it was written, by its own cluster alone', () => {
  const bytes = encodeBeacon(tag, 9998);
  assert.is(bytes.toString('hex'), `4d494e4201${tag.toString('hex')}270e`);
  assert.is(decodeBeacon(bytes, tag), 9998);
  assert.is(decodeBeacon(bytes, clusterTag('another')), null);
  assert.is(decodeBeacon(encodeBeacon(tag, 0), tag), null);
});

test('the same authority gives the same tag, however its lines end', () => {
  assert.equal(clusterTag('a\nb\n'), clusterTag('a\r\nb'));
});

test('anything else is no beacon', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.is(decodeBeacon(bytes, tag), null);
    }),
  );
});

test('nodes of one machine hear each other, and strangers do not disturb them', async () => {
  const port = await freeUdpPort();
  const options = { port, interface: '127.0.0.1' };
  const heard: string[] = [];
  const note = ({ host, port }: { host: string; port: number }) => heard.push(`${host}:${port}`);
  const [one, two] = await Promise.all([
    Beacon.open(options, tag, monotonicClock, note),
    Beacon.open(options, tag, monotonicClock, () => {}),
  ]);
  await until('it is heard', () => {
    two.say(clusterTag('another'), 7);
    two.say(tag, 4321);
    return heard.length > 0;
  });
  assert.ok(
    heard.every((name) => name === '127.0.0.1:4321'),
    String(heard),
  );
  const socket = createSocket('udp4');
  for (let i = 0; i < 100; i++) socket.send(randomBytes(15), port, '127.0.0.1');
  socket.close();
  const before = heard.length;
  await until('it still is', () => {
    two.say(tag, 4321);
    return heard.length > before;
  });
  one.close();
  two.close();
  two.say(tag, 1); // nothing: it is closed
});

test.run();
