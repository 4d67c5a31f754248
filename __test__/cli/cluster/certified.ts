/** What programs with certificates are started with. */

import { mkdirSync, writeFileSync } from 'node:fs';
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
