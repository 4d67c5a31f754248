// A master in a thread of its own: it lends two endless units, hears that they are alive, and takes
// the first one back once told to. What it heard stands in shared memory, for who is blocked.
import { BroadcastChannel, parentPort, workerData } from 'node:worker_threads';

/** Word 0: signs of life since `go`; 1: the unit is back; 2: signs of the other one since; 3: `go`. */
const heard = new Int32Array(workerData.shared);
const channel = new BroadcastChannel(workerData.name);
let stopped = false;

/** @param {unknown} message */
channel.onmessage = (message) => {
  const { data } = /** @type {{ data: import('./channel-queue.ts').FromQueue }} */ (message);
  if (data.kind === 'alive' && Atomics.load(heard, 3) === 1) {
    Atomics.add(heard, 0, 1);
    if (Atomics.load(heard, 1) === 1 && data.index === 1) Atomics.add(heard, 2, 1);
    if (Atomics.load(heard, 0) > 40 && !stopped) {
      stopped = true;
      channel.postMessage({ kind: 'stop', index: 0, reason: 'stale' });
    }
  }
  if (data.kind === 'released' && data.index === 0) Atomics.store(heard, 1, 1);
  if (data.kind === 'joined') {
    for (const index of [0, 1]) {
      channel.postMessage({ kind: 'lend', index, nonces: 1n << 60n, bits: 256 });
    }
  }
};
parentPort?.on('message', () => {
  channel.close();
  parentPort?.close();
});
parentPort?.postMessage('ready');
