/** Programs in a process of their own: what ends a process or is chosen once is seen only there. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../', import.meta.url);
/** Far more than any of them takes; a process that hangs is killed, which its test then sees. */
const LIMIT_MS = 60_000;

/** Runs the text of a module that sees the package, some work and two targets. */
export function runAlone(body: string, environment: Record<string, string>) {
  const from = (path: string) => JSON.stringify(new URL(path, ROOT).href);
  const program = `
    import { Engine, hashBatch, mine } from ${from('ts/index.ts')};
    import { anyWork, easyTarget, hardTarget } from ${from('__test__/fixtures.ts')};
    ${body}`;
  const flags = ['--import', 'tsx', '--input-type=module', '--eval', program];
  return spawnSync(process.execPath, flags, {
    cwd: fileURLToPath(ROOT),
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    timeout: LIMIT_MS,
  });
}
