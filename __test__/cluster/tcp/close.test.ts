import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../miner/jobs.js';
import { until } from '../../until.js';
import { Opened } from './fixture.js';
import { RawPeer } from './raw-peer.js';

let opened: Opened;
test.before.each(() => {
  opened = new Opened();
});
test.after.each(() => opened.close());

for (const how of ['goodbye is heard', 'a worker is cut off'] as const) {
  test(`a master that is closed leaves no timer behind when ${how}`, async () => {
    const clock = new VirtualClock();
    const master = await opened.master({ clock });
    const peer = await RawPeer.open(master.port);
    await peer.join({ id: 'a'.repeat(32) });
    if (how === 'a worker is cut off') peer.socket.pause();
    await until('the worker is known', () => master.status().workers.length === 1);
    await clock.pass(1_000); // the others are told of it
    let isClosed = false;
    const closing = master.close().then(() => {
      isClosed = true;
    });
    while (!isClosed) await clock.pass(10); // what comes over sockets is heard meanwhile
    await closing;
    assert.is(clock.alarms, 0);
    peer.socket.destroy();
  });
}

test.run();
