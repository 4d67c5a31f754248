/** `--metrics-port`: the flags, and a server whose complaints name them. */

import type { Command } from 'commander';
import { PowError } from '../../errors.js';
import { type MetricsServer, type Mining, serveMetrics } from '../../metrics/index.js';
import { UsageError } from '../exit.js';
import { wholeNumber } from '../flag-values.js';

export interface MetricsFlags {
  readonly metricsPort?: number;
  readonly metricsHost: string;
}

/** Where metrics are served. Both open a listener: no URL may set them. */
export interface MetricsPlace {
  readonly port: number;
  readonly host: string;
}

export function addMetricsFlags(command: Command): void {
  command
    .option(
      '--metrics-port <port>',
      'serve /metrics, /health/live and /health/ready here (default: nowhere)',
      wholeNumber(0, 65_535),
    )
    .option('--metrics-host <host>', 'address that they are served on', '127.0.0.1');
}

/** `null`: nowhere. */
export function metricsPlace({ metricsPort, metricsHost }: MetricsFlags): MetricsPlace | null {
  return metricsPort === undefined ? null : { port: metricsPort, host: metricsHost };
}

/** @returns rejects with a UsageError: the port is in use, the host none of this machine */
export async function openMetrics(mining: Mining, place: MetricsPlace): Promise<MetricsServer> {
  try {
    return await serveMetrics({ ...mining, ...place });
  } catch (error) {
    const argument = error instanceof PowError ? error.argument : undefined;
    if (argument !== 'port' && argument !== 'host') throw error;
    throw new UsageError(`--metrics-${argument}`, (error as PowError).message);
  }
}
