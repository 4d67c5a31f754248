// A worker thread of Node that mines: on two engines and the shared one at once, then as told.
// Node 20 cannot load TypeScript in a worker thread by itself.
import { parentPort, workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { Engine, mine } = await import('../../ts/index.js');
const { anyWork, easyTarget, hardTarget } = await import('../fixtures.js');

/** @type {{ backend: 'native' | 'portable', ending: string }} */
const { backend, ending } = workerData;
const engines = [new Engine({ backend, threads: 2 }), new Engine({ backend, threads: 1 })];
const solutions = await Promise.all([
  ...engines.map((engine) => engine.mine(anyWork, { target: easyTarget })),
  mine(anyWork, { target: easyTarget }),
]);

if (ending !== 'idle') {
  for (const engine of engines) {
    for (let i = 0; i < 4; i++) engine.mine(anyWork, { target: hardTarget }).catch(() => {});
  }
}
if (ending === 'closing') for (const engine of engines) engine.close();
parentPort?.postMessage(solutions.map((solution) => solution?.nonce));
if (ending === 'exit' || ending === 'throw') {
  parentPort?.once('message', () => {
    if (ending === 'exit') process.exit(0);
    throw new Error('planted');
  });
}
