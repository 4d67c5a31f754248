/** One run of a mining program: work in, what it wrote out; ended with everything it started. */

import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../../miner/clock.js';
import { Lines } from './lines.js';
import type { ExternalSettings } from './options.js';

/** Far more than a nonce and a few figures. */
const MOST_OUTPUT_BYTES = 1 << 16;
const IS_WINDOWS = process.platform === 'win32';

export interface ProgramRun {
  readonly settings: ExternalSettings;
  /** What it reads. */
  readonly stdin: Uint8Array;
  /** Its last argument. */
  readonly target: string;
  readonly clock: Clock;
  /** Told of what it writes to stderr. */
  readonly onLine: (line: string) => void;
}

export interface ProgramEnd {
  readonly isSuccess: boolean;
  /** Why it was ended, or how it ended. */
  readonly reason: string;
  readonly stdout: Buffer;
}

/** Programs that run: whatever ends this process takes them along. */
const running = new Set<Program>();

function endAll(): void {
  for (const program of running) program.kill();
}

export class Program {
  readonly over: Promise<ProgramEnd>;
  readonly #run: ProgramRun;
  readonly #child: ChildProcess | null = null;
  readonly #output: Buffer[] = [];
  #outputBytes = 0;
  /** Why it is ended early. */
  #reason: string | null = null;
  #cancelKill: () => void = () => {};
  #settle: (end: ProgramEnd) => void = () => {};

  constructor(run: ProgramRun) {
    this.#run = run;
    this.over = new Promise((resolve) => {
      this.#settle = resolve;
    });
    try {
      this.#child = start(run);
    } catch (error) {
      this.#end(null, `it does not start: ${(error as Error).message}`);
      return;
    }
    if (running.size === 0) process.on('exit', endAll);
    running.add(this);
    this.#attend(this.#child);
  }

  /** SIGTERM for the program and its children; SIGKILL for what is left after the grace. */
  stop(reason: string): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    this.#signal('SIGTERM');
    this.#cancelKill = this.#run.clock.after(this.#run.settings.graceMs, () => this.kill());
  }

  kill(): void {
    this.#signal('SIGKILL');
  }

  #attend(child: ChildProcess): void {
    const lines = new Lines(this.#run.onLine);
    child.stdout?.on('data', (bytes: Buffer) => this.#read(bytes));
    child.stderr?.on('data', (bytes: Buffer) => lines.write(bytes));
    // It need not read its work to the end.
    child.stdin?.on('error', () => {});
    child.stdin?.end(this.#run.stdin);
    child.once('error', (error) => {
      if (child.pid === undefined) this.#end(null, `it does not start: ${error.message}`);
    });
    child.once('exit', () => {
      this.#cancelKill();
      this.kill(); // what it has left behind, before anybody else gets its number
      const { clock, settings } = this.#run;
      // A grandchild that went its own way may hold the pipes open.
      this.#cancelKill = clock.after(settings.graceMs, () => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      });
    });
    child.once('close', (code, signal) => {
      lines.end();
      this.#end(code, signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`);
    });
  }

  #read(bytes: Buffer): void {
    this.#outputBytes += bytes.length;
    if (this.#outputBytes <= MOST_OUTPUT_BYTES) this.#output.push(bytes);
    else this.stop(`it wrote more than ${MOST_OUTPUT_BYTES} bytes`);
  }

  #end(code: number | null, how: string): void {
    this.#cancelKill();
    running.delete(this);
    if (running.size === 0) process.off('exit', endAll);
    // One that was ended may have answered in time.
    const [isSuccess, stdout] = [code === 0, Buffer.concat(this.#output)];
    this.#settle({ isSuccess, reason: this.#reason ?? how, stdout });
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      if (IS_WINDOWS) this.#child?.kill(signal);
      else process.kill(-pid, signal);
    } catch {
      // Nothing of the group is left.
    }
  }
}

function start({ settings, target }: ProgramRun): ChildProcess {
  const { command, args, environment } = settings;
  const options = {
    env: { ...process.env, ...environment },
    stdio: 'pipe',
    detached: !IS_WINDOWS, // a process group of its own
    windowsHide: true,
  } as const;
  return args === null
    ? spawn(`${command} ${target}`, { ...options, shell: true })
    : spawn(command, [...args, target], options);
}
