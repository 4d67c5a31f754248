/** Asks the mining processes of this user, and takes away what dead ones left. */

import { unlinkSync } from 'node:fs';
import { createConnection } from 'node:net';
import type { Place } from './place.js';
import { parseSnapshot, SNAPSHOT_LIMIT, type Snapshot } from './snapshot.js';

/**
 * What each process says of itself, by the path of its socket. What is no answer is left out.
 *
 * @param pid - of the only one to ask; `null`: all
 * @param answerMs - one that takes longer is too busy, or no miner
 */
export async function ask(
  place: Place,
  pid: number | null,
  answerMs: number,
): Promise<Map<string, Snapshot>> {
  const rows = place.paths().filter((row) => pid === null || row.pid === pid);
  const answers = await Promise.all(rows.map((row) => askOne(row.path, answerMs)));
  const found = new Map<string, Snapshot>();
  for (const [index, { path, pid: named }] of rows.entries()) {
    const snapshot = parseSnapshot(answers[index] ?? '');
    if (snapshot?.pid === named) found.set(path, snapshot);
  }
  return found;
}

/** Everything that comes, up to the limit; `null`: not within it, or nobody is there. */
function askOne(path: string, answerMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    const socket = createConnection(path);
    const done = (text: string | null) => {
      clearTimeout(overdue);
      socket.destroy();
      resolve(text);
    };
    const overdue = setTimeout(() => done(null), answerMs);
    socket.on('data', (part) => {
      bytes += part.length;
      parts.push(part);
      if (bytes > SNAPSHOT_LIMIT) done(null);
    });
    socket.on('end', () => done(Buffer.concat(parts).toString('utf8')));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') remove(path); // its process died without closing it
      done(null);
    });
  });
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody else was faster, or it is not ours to remove.
  }
}
