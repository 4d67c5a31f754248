/** What runs for long has a log: its notices, and what it fails with, are written there. */

import type { Config } from './config/load.js';
import { secretTexts } from './config/secrets.js';
import { type ExitCode, LoggedFailure, UsageError } from './exit.js';
import { Log } from './log.js';
import { messageOf } from './message-of.js';

const STATUS_EVERY_MS = 10_000;

/** Rejects with what `run` does; with a {@link LoggedFailure} where that stands on stderr already. */
export async function withLog(
  { settings, entries, notices }: Config,
  run: (log: Log) => Promise<ExitCode>,
): Promise<ExitCode> {
  const log = new Log({
    settings: settings.log,
    secrets: secretTexts(entries),
    stream: process.stderr,
    statusEveryMs: STATUS_EVERY_MS,
  });
  try {
    for (const notice of notices) log.write('warn', notice);
    return await run(log);
  } catch (error) {
    if (error instanceof UsageError) throw error; // nothing has begun
    log.write('error', messageOf(error));
    throw log.isOnStderr ? new LoggedFailure(error) : error;
  } finally {
    log.close();
  }
}
