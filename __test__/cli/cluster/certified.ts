/** What programs with certificates are started with. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { MutualTls } from '../../../ts/cluster/tcp/options.js';

/** @param folder - for its PEM files */
export function tlsFlags(folder: string, certificates: MutualTls): string[] {
  mkdirSync(folder, { recursive: true });
  return (['key', 'cert', 'ca'] as const).flatMap((kind) => {
    const path = join(folder, `${kind}.pem`);
    writeFileSync(path, certificates[kind], { mode: 0o600 });
    return [`--cluster-tls-${kind}`, path];
  });
}

/** A port that was free a moment ago: nodes must know each other's before they start. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}
