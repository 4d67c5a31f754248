/** Processes of the benchmark: each question is answered, or fails and says what is missing. */

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Beyond the time that a task takes by itself; a machine may be very busy. */
const PATIENCE_MS = 120_000;

/** What a child sends instead of an answer when it cannot give one. */
interface Failure {
  readonly failed: string;
}

interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export class Child {
  readonly #name: string;
  readonly #process: ChildProcess;
  #pending: Pending | null = null;
  #end: string | null = null;

  constructor(file: URL, ...args: readonly string[]) {
    this.#name = file.pathname.split('/').at(-1) ?? '';
    this.#process = fork(fileURLToPath(file), args, {
      execArgv: ['--import', 'tsx', '--expose-gc'],
    });
    this.#process.on('message', (message) => {
      const failed = (message as Partial<Failure>).failed;
      if (failed === undefined) this.#pending?.resolve(message);
      else this.#ended(`failed: ${failed}`);
    });
    // Nobody else would notice: the pipe just falls silent.
    this.#process.on('exit', (code, signal) => this.#ended(`ended with ${signal ?? code}`));
    this.#process.on('error', ({ message }) => this.#ended(message));
  }

  /** The first thing that it says by itself. */
  ready<Answer>(): Promise<Answer> {
    return this.#answer('a word after its start', PATIENCE_MS);
  }

  /** @param ms - that the task takes by itself */
  ask<Answer>(task: string | object, ms = 0): Promise<Answer> {
    const answer = this.#answer<Answer>(`an answer to ${JSON.stringify(task)}`, ms + PATIENCE_MS);
    if (this.#end === null) this.#process.send(task, (error) => error && this.#ended(`${error}`));
    return answer;
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }

  #answer<Answer>(what: string, limitMs: number): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      if (this.#pending !== null) throw new Error(`${this.#name} is asked twice at once`);
      if (this.#end !== null) throw new Error(`${this.#name} ${this.#end}, without ${what}`);
      const timer = setTimeout(() => {
        over();
        reject(new Error(`${this.#name}: ${what} did not come within ${limitMs / 1000} s`));
      }, limitMs);
      const over = () => {
        clearTimeout(timer);
        this.#pending = null;
      };
      this.#pending = {
        resolve: (answer) => {
          over();
          resolve(answer as Answer);
        },
        reject: (error) => {
          over();
          reject(error);
        },
      };
    });
  }

  #ended(how: string): void {
    this.#end ??= how;
    this.#pending?.reject(new Error(`${this.#name} ${how}`));
  }
}
