/**
 * A Stratum server in one process, its devices in others: connections held, shares checked for each
 * second of the server's processor time, answers at half the load wanted, a new job to a thousand.
 */

import type { DialectName } from '../ts/stratum/index.js';
import { quick, type ResultRow, saveResult } from './results.js';
import { Child } from './stratum/children.js';
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
const WARM_UP = 3;

interface Load {
  readonly micros: number[];
  readonly accepted: number;
}

interface Task {
  readonly kind: 'connect' | 'rush' | 'pace' | 'heard';
  readonly count?: number;
  /** It takes so long by itself. */
  readonly ms?: number;
}

interface Look {
  readonly cpuMicros: number;
  readonly rss: number;
  readonly connections: number;
  readonly accepted: number;
}

/** A server and its clients, until `use` is through. */
async function withServer(
  dialect: DialectName,
  guard: 'open' | 'load' | 'guarded',
  use: (server: Child, clients: readonly Child[], port: number) => Promise<void>,
): Promise<void> {
  const children: Child[] = [];
  try {
    const server = new Child(SERVING, dialect, guard);
    children.push(server);
    const { port } = await server.ready<{ port: number }>();
    const clients = Array.from(
      { length: CLIENTS },
      () => new Child(DEVICES_FILE, `${port}`, dialect),
    );
    children.push(...clients);
    await Promise.all(clients.map((client) => client.ready()));
    await use(server, clients, port);
  } finally {
    for (const child of children) child.stop();
  }
}

function all<Answer>(clients: readonly Child[], task: Task): Promise<Answer[]> {
  return Promise.all(clients.map((client) => client.ask<Answer>(task, task.ms)));
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
  await withServer(dialect, 'load', async (server, clients) => {
    await all(clients, { kind: 'connect', count: DEVICES / CLIENTS });
    await all(clients, { kind: 'rush', count: WINDOW, ms: MS / 5 });
    const before = await server.ask<Look>('look');
    await all(clients, { kind: 'rush', count: WINDOW, ms: MS });
    const after = await server.ask<Look>('look');
    const shares = after.accepted - before.accepted;
    const cpuSeconds = (after.cpuMicros - before.cpuMicros) / 1e6;
    rows.push({
      ...rate(`${dialect}: shares a second of one core`, 'shares/s', shares / cpuSeconds, shares),
      budgets: [{ of: 'value', bound: 'at least', limit: WANTED }],
    });
    const paced: Task = { kind: 'pace', count: WANTED / 2 / CLIENTS, ms: MS };
    const answers = (await all<Load>(clients, paced)).flatMap(({ micros }) => micros);
    const budget = { of: 'p99', bound: 'at most', limit: 20_000 } as const;
    rows.push(timesRow(`${dialect}: answer at ${WANTED / 2} shares/s`, answers, [budget]));
  });
}

await withServer('chainweb', 'open', async (server, clients) => {
  const before = await server.ask<Look>('look');
  const startMs = performance.now();
  await all(clients, { kind: 'connect', count: CONNECTIONS / CLIENTS });
  const seconds = (performance.now() - startMs) / 1000;
  const { connections, rss } = await server.ask<Look>('look');
  if (connections !== CONNECTIONS) throw new Error(`${connections} connections are held`);
  rows.push(
    rate('connected and subscribed', 'connections/s', CONNECTIONS / seconds, CONNECTIONS),
    rate(`memory of ${CONNECTIONS} connections`, 'MiB', Math.max(1, rss - before.rss) / 2 ** 20, 1),
  );
});

await withServer('chainweb', 'open', async (server, clients) => {
  await all(clients, { kind: 'connect', count: LISTENERS / CLIENTS });
  const [told, spent]: [number[], number[]] = [[], []];
  const time = async () => (await server.ask<{ cpuMicros: number }>('time')).cpuMicros;
  // The first ones are told by code that is not compiled yet.
  for (let round = quick ? 0 : -WARM_UP; round < (quick ? 1 : 10); round++) {
    const startMicros = await time();
    const { atNs } = await server.ask<{ atNs: string }>('new job');
    const heard = await all<{ heardNs: string[] }>(clients, { kind: 'heard' });
    const micros = (await time()) - startMicros;
    if (round < 0) continue;
    spent.push(micros);
    for (const { heardNs } of heard) {
      told.push(...heardNs.map((ns) => Number(BigInt(ns) - BigInt(atNs)) / 1000));
    }
  }
  const budget = { of: 'p99', bound: 'at most', limit: 50_000 } as const;
  rows.push(
    timesRow(`a new job to ${LISTENERS} sessions`, told, [budget]),
    timesRow('the same, in processor time of the server', spent),
  );
});

await withServer('chainweb', 'guarded', async (server, clients, port) => {
  await all(clients, { kind: 'connect', count: DEVICES / CLIENTS });
  // A device may say a hundred things a second.
  const honest: Task = { kind: 'pace', count: (DEVICES * 25) / CLIENTS, ms: MS };
  /** Shares a second, the wait for the last answer included. */
  const accepted = async () => {
    const startMs = performance.now();
    const loads = await all<Load>(clients, honest);
    const shares = loads.reduce((sum, load) => sum + load.accepted, 0);
    return shares / (performance.now() - startMs);
  };
  const alone = await accepted();
  const before = await server.ask<Look>('look');
  const hostile = new Child(HOSTILE, `${port}`);
  try {
    await hostile.ready();
    const beside = await accepted();
    const { attacks } = await hostile.ask<{ attacks: number }>('look');
    const after = await server.ask<Look>('look');
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
    hostile.stop();
  }
});

saveResult('stratum', rows);
process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
