/** The server of the benchmark: a process of its own, told what to do by its parent. */

import { bitcoinJob, chainwebJob, oneIn } from '../../__test__/stratum/jobs.js';
import { type DialectName, StratumServer } from '../../ts/stratum/index.js';

const [, , name, guard] = process.argv;
const dialect = name as DialectName;
/** Devices at full speed: a job remembers so many shares of each, and no more. */
const REFRESH_MS = 2_000;
const server = await StratumServer.open({
  dialect,
  ports: [{ port: 0, host: '127.0.0.1' }],
  difficulty: 1,
  refreshMs: 86_400_000,
  // The honest ones have this address; of the others it would be thousands of lines.
  onNotice: ({ text }) => {
    if (text.startsWith('127.0.0.1 ')) process.stderr.write(`${text}\n`);
  },
  // Guarded: as it comes. Otherwise one address may do what ten thousand would.
  ...(guard === 'guarded'
    ? {}
    : {
        bans: { offences: 0 },
        limits: { messagesPerSecond: 1e9, messageBurst: 1e9, connectionsPerAddress: 20_000 },
      }),
});

function newJob(change: 'replace' | 'refresh'): void {
  const options = { target: oneIn(2 ** 60), lane: 'a', change };
  const job = dialect === 'bitcoin' ? bitcoinJob(options) : chainwebJob(options);
  server.start(job, { found() {}, solved() {} });
}

newJob('replace');
if (guard === 'load') setInterval(() => newJob('refresh'), REFRESH_MS);
process.on('message', (what) => {
  if (what === 'new job') {
    const atNs = process.hrtime.bigint().toString();
    newJob('replace');
    process.send?.({ atNs });
    return;
  }
  if (what === 'time') {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMicros: user + system });
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
