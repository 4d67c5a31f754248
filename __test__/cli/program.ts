/** Runs the command line, in a process of its own or in this one. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isCompiled } from '../../scripts/set-up.mjs';
import { runProgram } from '../../ts/cli/program.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** As it is installed: `ts` takes three times as long to start. */
export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
if (!isCompiled()) throw new Error('dist is older than ts: npm run build');

/** A program that still runs after this hangs: it is killed, and its exit code is `null`. */
export const OVERDUE_MS = 120_000;

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Called with everything on stderr so far, at each addition; may signal the process. */
  readonly onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** The real program: `node dist/cli/main.js`. */
export function spawnProgram(args: readonly string[], options: SpawnOptions = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: ROOT,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      options.onStderr?.(stderr, (signal) => child.kill(signal));
    });
    const overdue = setTimeout(() => child.kill('SIGKILL'), OVERDUE_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(overdue);
      resolve({ code, stdout, stderr });
    });
  });
}

/** The same in this process: a hundred times faster, for what ends before any work starts. */
export async function runHere(args: readonly string[]): Promise<Ended> {
  const [toStdout, toStderr] = [process.stdout.write, process.stderr.write];
  let stdout = '';
  let stderr = '';
  process.stdout.write = (text: string | Uint8Array) => {
    stdout += text;
    return true;
  };
  process.stderr.write = (text: string | Uint8Array) => {
    stderr += text;
    return true;
  };
  try {
    const code = await runProgram(args);
    return { code, stdout, stderr };
  } finally {
    process.stdout.write = toStdout;
    process.stderr.write = toStderr;
  }
}
