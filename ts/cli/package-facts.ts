import { readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

export function packageVersion(): string {
  const manifest = readFileSync(new URL('package.json', ROOT), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

export function licenceText(): string {
  return readFileSync(new URL('LICENSE', ROOT), 'utf8').trim();
}
