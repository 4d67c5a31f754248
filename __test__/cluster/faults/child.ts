/** Processes of a test: asked by messages, killed, stopped and continued by real signals. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const children = new Set<ChildProcess>();

/** For `test.after.each`: a test that fails leaves no process running. */
export function killChildren(): void {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
}
process.on('exit', killChildren);

/** What a parent asks and a child answers. */
interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

export class Child {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #output: string[] = [];
  #asked = 0;

  /**
   * @param file - of this folder
   * @param namespace - of the network, as `ip netns` names it. Default: that of this process
   */
  constructor(file: string, namespace: string | null = null) {
    const node = [
      process.execPath,
      '--import',
      'tsx',
      fileURLToPath(new URL(file, import.meta.url)),
    ];
    const [command = '', ...args] =
      namespace === null ? node : ['ip', 'netns', 'exec', namespace, ...node];
    this.#process = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    children.add(this.#process);
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.#output.push(text));
    }
    this.#process.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    this.#process.on('exit', (code, signal) => {
      children.delete(this.#process);
      const error = `ended with ${code ?? signal}: ${this.output}`;
      for (const [id, settle] of this.#waiting) settle({ id, error });
      this.#waiting.clear();
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  get output(): string {
    return this.#output.join('');
  }

  ask<T>(what: string, how: object = {}): Promise<T> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, ({ value, error }) => {
        if (error === undefined) resolve(value as T);
        else reject(new Error(`${what}: ${error}`));
      });
      this.#process.send({ id, what, how }, (error) => {
        if (error === null) return;
        this.#waiting.delete(id);
        reject(error);
      });
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Resolves when it is gone. */
  async kill(): Promise<void> {
    if (!this.isAlive) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }
}

/** In a child: answers what the parent asks. */
export function answerWith(handlers: Readonly<Record<string, (how: never) => unknown>>): void {
  process.on('message', async ({ id, what, how }: { id: number; what: string; how: never }) => {
    try {
      const value = await handlers[what]?.(how);
      process.send?.({ id, value });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? '') : String(error) });
    }
  });
  process.on('disconnect', () => process.exit(0));
}
