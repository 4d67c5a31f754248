import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import type { Entry } from '../../../ts/cluster/record/entries.js';
import { Journal, type JournalOptions } from '../../../ts/cluster/record/journal.js';
import { workId } from './fakes.js';

export const FIRST_LINE = 'pow-native cluster journal 1\n';

/** Tests that have a folder of their own, and a file in it. */
export function journalSuite(name: string) {
  const test = suite<{ folder: string; file: string }>(name);
  test.before.each((context) => {
    context.folder = mkdtempSync(join(tmpdir(), 'pow-journal-'));
    context.file = join(context.folder, 'cluster.journal');
  });
  test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));
  return test;
}

export const done = (index: number): Entry => ({ kind: 'done', work: workId(1), index });

/** @returns the size of the file after each group */
export async function write(
  file: string,
  groups: readonly (readonly Entry[])[],
): Promise<number[]> {
  const journal = new Journal({ file });
  const ends: number[] = [];
  for (const group of groups) {
    await journal.append(group);
    ends.push(journal.size);
  }
  await journal.close();
  return ends;
}

/** What a journal that is opened now finds there. */
export async function read(file: string, options: Partial<JournalOptions> = {}): Promise<Entry[]> {
  const journal = new Journal({ file, ...options });
  const entries = [...journal.replay()];
  await journal.close();
  return entries;
}
