/** What this process holds: handles, children, listeners, threads. */

import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const TASKS = '/proc/self/task';
/** Far longer than anything takes to let go. */
const PATIENCE_MS = 60_000;

export type Resources = Readonly<Record<string, number>>;

export function resources(): Resources {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  for (const event of ['exit', 'beforeExit', 'SIGINT', 'SIGTERM', 'uncaughtException']) {
    counts[`on ${event}`] = process.listenerCount(event);
  }
  if (existsSync(TASKS)) counts['threads'] = readdirSync(TASKS).length;
  return counts;
}

/** Waits until there is no more of anything than before; what there is more of, in the end. */
export async function leftOver(before: Resources): Promise<Resources> {
  const more = () => {
    const grown = Object.entries(resources()).map(([kind, count]): [string, number] => {
      return [kind, count - (before[kind] ?? 0)];
    });
    return grown.filter(([, count]) => count > 0);
  };
  const untilMs = performance.now() + PATIENCE_MS;
  while (more().length > 0 && performance.now() < untilMs) await sleep(5);
  return Object.fromEntries(more());
}
