/** A server in a process of its own, so that its memory can be looked at: forked by a test. */

import { StratumServer } from '../../../ts/stratum/index.js';
import { chainwebJob, oneIn } from '../jobs.js';

const server = await StratumServer.open({
  ports: [{ port: 0, host: '127.0.0.1' }],
  difficulty: 6,
  refreshMs: 86_400_000,
  limits: { messagesPerSecond: 1_000, connectionsPerAddress: 300, unreadBytes: 65_536 },
  // Everybody here has one address.
  bans: { offences: 0 },
});
server.start(chainwebJob({ target: oneIn(2 ** 60) }), { found() {}, solved() {} });
process.on('message', () => {
  globalThis.gc?.();
  process.send?.({ rss: process.memoryUsage.rss(), stats: server.stats() });
});
process.on('disconnect', () => process.exit());
process.send?.({ port: server.ports[0] });
