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
  /** Others of its group still had their grace when it was over. */
  #outlived = false;
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
    this.#cancelKill = this.#run.clock.after(this.#run.settings.graceMs, () => this.#killLeft());
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
      // A shell dies of the SIGTERM that what it has started takes its time for.
      this.#outlived = this.#reason !== null && this.#signal(0);
      if (this.#outlived) return;
      this.#cancelKill();
      this.#killLeft(); // before anybody else gets its number
    });
    child.once('close', (code, signal) => {
      lines.end();
      if (this.#outlived) this.kill(); // what has closed its pipes
      this.#end(code, signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`);
    });
  }

  #killLeft(): void {
    this.kill();
    const { clock, settings } = this.#run;
    // A grandchild that went its own way may hold the pipes open.
    this.#cancelKill = clock.after(settings.graceMs, () => {
      this.#child?.stdout?.destroy();
      this.#child?.stderr?.destroy();
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

  /** @returns whether anything of the group is left; on Windows there are no groups */
  #signal(signal: 'SIGTERM' | 'SIGKILL' | 0): boolean {
    const pid = this.#child?.pid;
    if (pid === undefined) return false;
    try {
      return IS_WINDOWS ? this.#child?.kill(signal) === true : process.kill(-pid, signal);
    } catch {
      return false;
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
