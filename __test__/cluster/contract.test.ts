import { test } from 'uvu';
import { queueContract } from '../contracts/queue.js';
import { QUEUE_FIXTURES } from '../contracts/queues.js';

for (const [adapter, fixture] of Object.entries(QUEUE_FIXTURES)) queueContract(adapter, fixture);

test.run();
