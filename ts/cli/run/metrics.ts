/** The metrics server of a session, whose complaints name the flags. */

import { PowError } from '../../errors.js';
import { type MetricsServer, type Mining, serveMetrics } from '../../metrics/index.js';
import type { Settings } from '../config/schema.js';
import { UsageError } from '../exit.js';

/**
 * @returns `null`: not wanted; rejects with a UsageError: the port is in use, the host is none of
 *   this machine
 */
export async function openMetrics(
  mining: Mining,
  { port, host }: Settings['metrics'],
): Promise<MetricsServer | null> {
  if (port === undefined) return null;
  try {
    return await serveMetrics({ ...mining, port, host });
  } catch (error) {
    const argument = error instanceof PowError ? error.argument : undefined;
    if (argument !== 'port' && argument !== 'host') throw error;
    throw new UsageError(`--metrics-${argument}`, (error as PowError).message);
  }
}
