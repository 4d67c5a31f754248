/**
 * A Stratum server in one process, its devices in others: connections held, shares checked for each
 * second of the server's processor time, answers at half the load wanted, a new job to a thousand.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DialectName } from '../ts/stratum/index.js';
import { quick, type ResultRow, saveResult } from './results.js';
import { timesRow } from './times.js';

const SERVING = new URL('stratum/serving.ts', import.meta.url);
const HOSTILE = new URL('stratum/hostile.ts', import.meta.url);
const DEVICES_FILE = new URL('stratum/clients.ts', import.meta.url);

const WANTED = 20_000; // shares a second
const CLIENTS = 2;
const CONNECTIONS = quick ? 40 : 10_000;
const LISTENERS = quick ? 20 : 1_000;
const DEVICES = quick ? 4 : 40;
const MS = quick ? 200 : 10_000;
const WINDOW = 32;

interface Load {
  readonly micros: number[];
  readonly accepted: number;
  readonly rejected: number;
  readonly tookMs: number;
}

interface Look {
  readonly cpuMicros: number;
  readonly rss: number;
  readonly connections: number;
  readonly accepted: number;
}

function run(file: URL, ...args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(file), args, { execArgv: ['--import', 'tsx', '--expose-gc'] });
}

async function ask<Answer>(child: ChildProcess, what: string | object): Promise<Answer> {
  const answer = once(child, 'message');
  child.send(what);
  return (await answer)[0] as Answer;
}

/** A server and its clients, until `use` is through. */
async function withServer(
  dialect: DialectName,
  use: (server: ChildProcess, clients: readonly ChildProcess[], port: number) => Promise<void>,
  guard: 'open' | 'guarded' = 'open',
): Promise<void> {
  const server = run(SERVING, dialect, guard);
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  const clients = Array.from({ length: CLIENTS }, () => run(DEVICES_FILE, `${port}`, dialect));
  await Promise.all(clients.map((client) => once(client, 'message')));
  try {
    await use(server, clients, port);
  } finally {
    for (const child of [server, ...clients]) child.kill();
  }
}

function all<Answer>(clients: readonly ChildProcess[], task: object): Promise<Answer[]> {
  return Promise.all(clients.map((client) => ask<Answer>(client, task)));
}

const rows: ResultRow[] = [];
const rate = (
  name: string,
  unit: ResultRow['unit'],
  value: number,
  samples: number,
): ResultRow => ({
  ...{ name, unit, value, marginPercent: null, p99: null, samples },
});

for (const dialect of ['chainweb', 'bitcoin'] as const) {
  await withServer(dialect, async (server, clients) => {
    await all(clients, { kind: 'connect', count: DEVICES / CLIENTS });
    await all(clients, { kind: 'rush', count: WINDOW, ms: MS / 5 });
    const before = await ask<Look>(server, 'look');
    const loads = await all<Load>(clients, { kind: 'rush', count: WINDOW, ms: MS });
    const after = await ask<Look>(server, 'look');
    const shares = after.accepted - before.accepted;
    const cpuSeconds = (after.cpuMicros - before.cpuMicros) / 1e6;
    const rejected = loads.reduce((sum, load) => sum + load.rejected, 0);
    if (rejected > 0) throw new Error(`${rejected} valid shares rejected`);
    rows.push({
      ...rate(`${dialect}: shares a second of one core`, 'shares/s', shares / cpuSeconds, shares),
      budgets: [{ of: 'value', bound: 'at least', limit: WANTED }],
    });
    const paced = { kind: 'pace', count: WANTED / 2 / CLIENTS, ms: MS };
    const answers = (await all<Load>(clients, paced)).flatMap(({ micros }) => micros);
    const budget = { of: 'p99', bound: 'at most', limit: 20_000 } as const;
    rows.push(timesRow(`${dialect}: answer at ${WANTED / 2} shares/s`, answers, [budget]));
  });
}

await withServer('chainweb', async (server, clients) => {
  const before = await ask<Look>(server, 'look');
  const startMs = performance.now();
  await all(clients, { kind: 'connect', count: CONNECTIONS / CLIENTS });
  const seconds = (performance.now() - startMs) / 1000;
  const { connections, rss } = await ask<Look>(server, 'look');
  if (connections !== CONNECTIONS) throw new Error(`${connections} connections are held`);
  rows.push(
    rate('connected and subscribed', 'connections/s', CONNECTIONS / seconds, CONNECTIONS),
    rate(`memory of ${CONNECTIONS} connections`, 'MiB', Math.max(1, rss - before.rss) / 2 ** 20, 1),
  );
});

await withServer('chainweb', async (server, clients) => {
  await all(clients, { kind: 'connect', count: LISTENERS / CLIENTS });
  const told: number[] = [];
  for (let round = 0; round < (quick ? 1 : 10); round++) {
    const { atNs } = await ask<{ atNs: string }>(server, 'new job');
    for (const { heardNs } of await all<{ heardNs: string[] }>(clients, { kind: 'heard' })) {
      told.push(...heardNs.map((ns) => Number(BigInt(ns) - BigInt(atNs)) / 1000));
    }
  }
  const budget = { of: 'p99', bound: 'at most', limit: 50_000 } as const;
  rows.push(timesRow(`a new job to ${LISTENERS} sessions`, told, [budget]));
});

await withServer(
  'chainweb',
  async (server, clients, port) => {
    await all(clients, { kind: 'connect', count: DEVICES / CLIENTS });
    // A device may say a hundred things a second.
    const honest = { kind: 'pace', count: (DEVICES * 25) / CLIENTS, ms: MS };
    /** Shares a second, the wait for the last answer included. */
    const accepted = async () => {
      const startMs = performance.now();
      const loads = await all<Load>(clients, honest);
      const shares = loads.reduce((sum, load) => sum + load.accepted, 0);
      return shares / (performance.now() - startMs);
    };
    const alone = await accepted();
    const before = await ask<Look>(server, 'look');
    const hostile = run(HOSTILE, `${port}`);
    await once(hostile, 'message');
    try {
      const beside = await accepted();
      const { attacks } = await ask<{ attacks: number }>(hostile, 'look');
      const after = await ask<Look>(server, 'look');
      const growth = Math.max(1, after.rss - before.rss) / 2 ** 20;
      rows.push(
        {
          ...rate('honest shares beside hostile clients', '%', (100 * beside) / alone, attacks),
          budgets: [{ of: 'value', bound: 'at least', limit: 90 }],
        },
        {
          ...rate('memory that hostile clients cost', 'MiB', growth, attacks),
          budgets: [{ of: 'value', bound: 'at most', limit: 64 }],
        },
      );
    } finally {
      hostile.kill();
    }
  },
  'guarded',
);

saveResult('stratum', rows);
process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
