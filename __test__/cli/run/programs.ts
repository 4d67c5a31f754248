/** A node and a miner, each the real program in a process of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { MAIN, OVERDUE_MS, ROOT } from '../program.js';

export const KEY = 'ab'.repeat(32);

/** Of a miner: a busy machine is slow to answer, and lets background threads wait for minutes. */
export const PATIENT = ['--threads', '2', '--priority', 'normal', '--timeout', '240'];

export interface Program {
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves with the first match; rejects when the program ends before. */
  until(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves as soon as what is on stderr is as wanted. */
  when(isWanted: (stderr: string) => boolean): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** The exit code, `null` after a signal, once it has ended. */
  readonly ended: Promise<number | null>;
}

const children = new Set<ChildProcess>();

/** For `test.after.each`: a test that fails leaves no program running. */
export function killPrograms(): void {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
}

export function start(
  args: readonly string[],
  overdueMs = OVERDUE_MS,
  env: Readonly<Record<string, string>> = {},
): Program {
  return startNodeJs([MAIN, ...args], { cwd: ROOT, overdueMs, env });
}

export interface NodeJsHow {
  readonly cwd: string;
  readonly overdueMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** @param args - of Node itself */
export function startNodeJs(
  args: readonly string[],
  { cwd, overdueMs = OVERDUE_MS, env = {} }: NodeJsHow,
): Program {
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd,
    // For people: that is what most tests read. An option here or there sets the other.
    env: { ...process.env, POW_NATIVE_LOG_FORMAT: 'pretty', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const overdue = setTimeout(() => child.kill('SIGKILL'), overdueMs);
  const text = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  let over = false;
  const look = () => {
    for (const check of [...waiting]) check();
  };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (part: string) => {
      text[stream] += part;
      look();
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      clearTimeout(overdue);
      over = true;
      look();
      resolve(code);
    });
  });
  /** Resolves with the first that is not `null`. */
  const first = <T>(find: () => T | null, what: string) =>
    new Promise<T>((resolve, reject) => {
      const check = () => {
        const found = find();
        if (found === null && !over) return;
        waiting.delete(check);
        if (found !== null) resolve(found);
        else reject(new Error(`ended before ${what}:\n${text.stdout}${text.stderr}`));
      };
      waiting.add(check);
      check();
    });
  return {
    get stdout() {
      return text.stdout;
    },
    get stderr() {
      return text.stderr;
    },
    until: (stream, pattern) => first(() => pattern.exec(text[stream]), String(pattern)),
    when: async (isWanted) => {
      await first(() => isWanted(text.stderr) || null, 'stderr was as wanted');
    },
    kill: (signal) => child.kill(signal),
    ended,
  };
}

/** A development node that listens. */
export async function startNode(...args: readonly string[]) {
  const program = start(['devnet', '--json', '--window', '0', ...args]);
  const [, url = ''] = await program.until('stdout', /"url":"(http[^"]+)"/);
  return { program, url, host: new URL(url).host };
}
