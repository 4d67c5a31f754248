import { test } from 'uvu';
import { Peer } from '../../../ts/cluster/peers/peer.js';
import { PeerPort } from '../../../ts/cluster/peers/port.js';
import type { MessageOf } from '../../../ts/cluster/wire/messages.js';
import { monotonicClock } from '../../../ts/miner/clock.js';
import { until } from '../../until.js';
import { authorityOf } from '../authority.js';
import { skewedClock } from '../skewed-clock.js';
import { Wire } from '../tcp/wire.js';

const nodes = authorityOf('one', 'two');
const said: MessageOf<'statement'> = {
  ...{ kind: 'statement', port: 0, known: [] },
  statement: { id: 'ab'.repeat(16), stands: false, epoch: 0, candidate: null, leader: null },
};

test('a peer of which nothing is heard is connected to anew, though nobody told that it is gone', async () => {
  const heard: string[] = [];
  const clock = skewedClock();
  const port = await PeerPort.open({
    ...{ address: { host: '127.0.0.1', port: 0 }, tls: nodes.one, chunks: null },
    clock: monotonicClock,
    heard: (statement, host) => {
      heard.push(host);
      return statement;
    },
  });
  const wire = await Wire.to(port.port);
  const peer = new Peer({ address: { host: '127.0.0.1', port: wire.port }, tls: nodes.two, clock });
  const speaking = setInterval(() => peer.say(said).catch(() => {}), 100);
  try {
    await until('spoken', () => heard.length > 2);
    wire.freeze();
    await new Promise((resolve) => setTimeout(resolve, 300));
    wire.thaw();
    const before = heard.length;
    clock.skewMs = 20_000;
    await until('spoken again', () => heard.length > before);
  } finally {
    clearInterval(speaking);
    peer.close();
    port.close();
    wire.close();
  }
});

test.run();
