/** Which record a master goes by: the same name as long as the file of the journal is there. */

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { PowError } from '../../errors.js';

/**
 * Kept beside the journal. A journal that was taken away is another record, though the name stays.
 *
 * @throws {@link PowError} `POW_WORKER` when it cannot be kept
 */
export function recordId(journalFile: string | undefined): string {
  const fresh = randomBytes(16).toString('hex');
  if (journalFile === undefined) return fresh;
  const file = `${journalFile}.id`;
  try {
    if (existsSync(journalFile) && existsSync(file)) {
      const id = readFileSync(file, 'utf8').trim();
      if (/^[0-9a-f]{32}$/.test(id)) return id;
    }
    writeFileSync(file, `${fresh}\n`);
    return fresh;
  } catch (cause) {
    throw new PowError('POW_WORKER', `${file}: ${(cause as Error).message}`, { cause });
  }
}
