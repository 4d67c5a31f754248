/** `npm run devnet:200`: 200 blocks over 20 chains while the node is killed 20 times. */

import { mineThroughKills } from '../__test__/cli/run/killed-node.js';
import { killPrograms } from '../__test__/cli/run/programs.js';
import { judge } from './budgets.js';
import { quick, saveResult } from './results.js';
import { timesRow } from './times.js';

const [blocks, kills] = quick ? [10, 1] : [200, 20];
/** Of any one process. */
const OVERDUE_MS = 1_800_000;

process.on('exit', killPrograms);
const startMs = performance.now();
const { inChain, accepted, lost, backAfterMs, summary } = await mineThroughKills({
  ...{ blocks, kills, overdueMs: OVERDUE_MS },
  nodeFlags: [],
  minerFlags: ['--priority', 'normal'],
});
if (lost.length > 0) throw new Error(`accepted, and not in the chain:\n${lost.join('\n')}`);

const row = timesRow(
  'from a node that listens again to the next work',
  backAfterMs.map((ms) => ms * 1000),
  [{ of: 'p99', bound: 'at most', limit: 1_000_000 }],
);
saveResult('devnet', [row]);
const figures = {
  seconds: Math.round((performance.now() - startMs) / 1000),
  blocks: inChain.length,
  chains: new Set(inChain.map(({ chain }) => chain)).size,
  accepted,
  lost: lost.length,
  kills,
  backAfterMs: { p50: row.value / 1000, p99: (row.p99 ?? 0) / 1000, budget: judge(row).text },
};
process.stdout.write(`${summary}\n\n${JSON.stringify(figures, null, 2)}\n`);
if (!quick && !judge(row).kept) process.exitCode = 1;
