/** The metrics server of a session, whose complaints name the flags. */

import { type MetricsServer, type Mining, serveMetrics } from '../../metrics/index.js';
import type { Settings } from '../config/schema.js';
import { underFlag } from '../exit.js';

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
    throw underFlag(error, { port: '--metrics-port', host: '--metrics-host' });
  }
}
