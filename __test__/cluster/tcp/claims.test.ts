import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { HeldLease } from '../../../ts/cluster/record/decisions.js';
import { until } from '../../until.js';
import { workAsked } from '../faults/work.js';
import { Opened } from './fixture.js';
import { RawPeer } from './raw-peer.js';

let opened: Opened;
test.before.each(() => {
  opened = new Opened();
});
test.after.each(() => opened.close());

/** Connects as that worker, and says what it holds. */
async function peerOf(port: number, id: string, held: HeldLease[] = []) {
  const peer = await RawPeer.open(port);
  await peer.join({ id: id.repeat(32), held });
  return { peer, kept: peer.of('hello-reply')[0]?.kept ?? [] };
}

/** The next unit, as the worker was lent it. */
async function lend(peer: RawPeer): Promise<HeldLease> {
  peer.say({ kind: 'request', credits: 1 });
  await until('a lease', () => peer.has('assign'));
  const [assigned] = peer.of('assign')[0]?.units ?? [];
  assert.ok(assigned);
  const { unit, fence } = assigned;
  return { work: unit.work, index: unit.index, fence, scannedTo: unit.start };
}

test('HELLO is answered lease by lease: of one that is stale, or of another worker, nothing lasts', async () => {
  const master = await opened.master({ fixedNonces: 64n });
  const { spec, space } = workAsked({ number: 1, units: 6, unitNonces: 64 });
  await master.publish(spec, space);
  const [a, b] = [await peerOf(master.port, 'a'), await peerOf(master.port, 'b')];
  const [mine, others] = [await lend(a.peer), await lend(b.peer)];
  a.peer.socket.destroy();
  const stale = { ...mine, fence: mine.fence - 1 };
  const { peer, kept } = await peerOf(master.port, 'a', [stale, others, mine]);
  assert.equal(
    kept.map(({ index, fence, ttlMs }) => [index, fence, ttlMs > 0]),
    [
      [mine.index, stale.fence, false],
      [others.index, others.fence, false],
      [mine.index, mine.fence, true],
    ],
  );
  for (const { socket } of [peer, b.peer]) socket.destroy();
});

test.run();
