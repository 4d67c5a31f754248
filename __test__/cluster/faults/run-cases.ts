/** Every fault case on one adapter, a fresh cluster each. */

import { test } from 'uvu';
import { findNats } from '../../../scripts/nats.mjs';
import { type AdapterName, Cluster } from './adapters.js';
import { CASES } from './cases.js';

export function addCases(adapter: AdapterName): void {
  const isHere = adapter === 'tcp' || findNats() !== null;
  const only = process.env['FAULT_CASE'];
  for (const { number, name, on } of CASES) {
    const run = on[adapter];
    if (typeof run === 'string' || (only !== undefined && Number(only) !== number)) continue;
    const title = `case ${number}: ${name}`;
    if (!isHere) {
      test.skip(title);
      continue;
    }
    test(title, async () => {
      const cluster = await Cluster.open(adapter);
      try {
        await run(cluster);
      } finally {
        await cluster.close();
      }
    });
  }
}
