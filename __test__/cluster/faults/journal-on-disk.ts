/** What a master that was killed had on its disk. Its file is looked at, and left as it is. */

import { existsSync, readFileSync } from 'node:fs';
import { decodeEntries } from '../../../ts/cluster/record/entry-codec.js';
import { frameAt } from '../../../ts/cluster/record/journal-frames.js';

/** Units that are done, in order. Those of before a snapshot are not among them. */
export function doneOnDisk(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  const bytes = readFileSync(file);
  const done: string[] = [];
  let frame = frameAt(bytes, bytes.indexOf('\n') + 1);
  while (frame !== null) {
    for (const entry of decodeEntries(frame.record)) {
      if (entry.kind === 'done') done.push(`${entry.work}.${entry.index}`);
    }
    frame = frameAt(bytes, frame.next);
  }
  return done;
}
