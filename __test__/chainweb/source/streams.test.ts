import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Streams } from '../../../ts/chainweb/source/streams.js';
import { RETRY_RULE } from '../../../ts/miner/retry.js';
import { turns, VirtualClock } from '../../miner/jobs.js';

function setUp() {
  const clock = new VirtualClock();
  /** Streams that are open, by chain. */
  const open: number[] = [];
  const streams = new Streams({
    async open(chain, signal) {
      open.push(chain);
      return (async function* (): AsyncGenerator<Uint8Array> {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        open.splice(open.indexOf(chain), 1);
        yield* [];
      })();
    },
    onEvent: () => {},
    onFailure: (failure) => assert.unreachable(failure.message),
    ...{ silenceMs: 150_000, retry: RETRY_RULE, clock, fraction: () => 0.5 },
  });
  return { clock, open, streams };
}

test('one stream for each chain in use, however often it is used', async () => {
  const { open, streams } = setUp();
  for (let i = 0; i < 5; i++) streams.use([3, 7]);
  await turns();
  assert.equal(open, [3, 7]);
  assert.equal([streams.isConnected(3), streams.isConnected(4)], [true, false]);
  await streams.close();
});

test('a stream is closed when its chain has been out of use for a while, not at once', async () => {
  const { clock, open, streams } = setUp();
  streams.use([3, 7]);
  await clock.pass(29_000);
  streams.use([7]);
  await turns();
  assert.equal(open, [3, 7]);
  await clock.pass(1_000);
  streams.use([7]);
  await turns();
  assert.equal(open, [7]);
  streams.use([3, 7]);
  await turns();
  assert.equal(open, [7, 3], 'and opened again');
  await streams.close();
});

test('closing ends every stream and leaves no alarm behind', async () => {
  const { clock, open, streams } = setUp();
  streams.use([1, 2, 3]);
  await turns();
  await streams.close();
  assert.equal(open, []);
  assert.is(clock.alarms, 0);
});

test.run();
