/** Appends entries as fast as they are stored, and says which are, until it is killed. */

import { Journal } from '../../../ts/cluster/record/journal.js';
import { workId } from './fakes.js';

const [file = '', snapshotBytes = '0'] = process.argv.slice(2);
const journal = new Journal({ file, snapshotBytes: Number(snapshotBytes) || undefined });
let epoch = 0;
for (const entry of journal.replay()) if (entry.kind === 'epoch') epoch = entry.epoch;
journal.snapshotWith(() => [{ kind: 'epoch', epoch }]);

/** Two entries at once: both are kept, or none. */
async function append(): Promise<void> {
  epoch += 1;
  const mine = epoch;
  await journal.append([
    { kind: 'epoch', epoch: mine },
    { kind: 'end', work: workId(mine) },
  ]);
  process.stdout.write(`${mine}\n`);
}

async function writer(): Promise<void> {
  for (;;) await append();
}

await Promise.all(Array.from({ length: 8 }, writer)).catch((error: unknown) => {
  process.stdout.write(`refused: ${String(error)}\n`, () => process.exit(3));
});
