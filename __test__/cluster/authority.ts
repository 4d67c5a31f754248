/** Certificates of a cluster, made now. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MutualTls } from '../../ts/cluster/tcp/options.js';

/** This machine, and the hosts of `faults/hosts.ts`. */
const ADDRESSES = ['127.0.0.1', ...[1, 2, 3, 4].map((host) => `10.77.19.${host}`)];

/** An authority, and as many nodes of these addresses as there are names. PEM texts. */
export function authorityOf<Name extends string>(...names: Name[]): Record<Name, MutualTls> {
  const folder = mkdtempSync(join(tmpdir(), 'pow-native-authority-'));
  const path = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(path(name), 'utf8');
  try {
    openssl('req', '-x509', ...key(path('ca.key')), '-subj', '/CN=authority', '-out', path('ca'));
    writeFileSync(path('names'), `subjectAltName=${ADDRESSES.map((one) => `IP:${one}`)}\n`);
    const nodes = names.map((name) => {
      const [file, asked] = [path(`${name}.key`), path(`${name}.asked`)];
      openssl('req', ...key(file), '-subj', `/CN=${name}`, '-out', asked);
      const by = ['-CA', path('ca'), '-CAkey', path('ca.key'), '-CAcreateserial'];
      openssl('x509', '-req', '-in', asked, ...by, '-extfile', path('names'), '-out', path(name));
      return [name, { kind: 'mtls', key: read(`${name}.key`), cert: read(name), ca: read('ca') }];
    });
    return Object.fromEntries(nodes);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function key(file: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file];
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}
