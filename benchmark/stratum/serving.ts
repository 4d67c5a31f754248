/** The server of the benchmark: a process of its own, told what to do by its parent. */

import { bitcoinJob, chainwebJob, oneIn } from '../../__test__/stratum/jobs.js';
import { type DialectName, StratumServer } from '../../ts/stratum/index.js';

const [, , name, guard] = process.argv;
const dialect = name as DialectName;
const server = await StratumServer.open({
  dialect,
  ports: [{ port: 0, host: '127.0.0.1' }],
  difficulty: 1,
  refreshMs: 86_400_000,
  // Guarded: as it comes. Otherwise one address may do what ten thousand would.
  ...(guard === 'guarded'
    ? {}
    : {
        bans: { offences: 0 },
        limits: { messagesPerSecond: 1e9, messageBurst: 1e9, connectionsPerAddress: 20_000 },
      }),
});

function newJob(): void {
  const target = oneIn(2 ** 60);
  const job =
    dialect === 'bitcoin' ? bitcoinJob({ target, lane: 'a' }) : chainwebJob({ target, lane: 'a' });
  server.start(job, { found() {}, solved() {} });
}

newJob();
process.on('message', (what) => {
  if (what === 'new job') {
    const atNs = process.hrtime.bigint().toString();
    newJob();
    process.send?.({ atNs });
    return;
  }
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { shares, connections } = server.stats();
  const rss = process.memoryUsage.rss();
  process.send?.({
    cpuMicros: user + system,
    rss,
    connections,
    accepted: shares['accepted'] ?? 0,
    shares,
  });
});
process.on('disconnect', () => process.exit());
process.send?.({ port: server.ports[0] });
