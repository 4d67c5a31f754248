/** Does what a {@link FetchPlan} says: asks hosts for chunks, and tells the plan what came. */

import { hearAbort, unhearAbort } from '../../core/abort.js';
import type { Clock } from '../../miner/clock.js';
import type { ChunkHost, DatasetRoot } from './host.js';
import type { Answer, FetchPlan, Request } from './plan.js';

export interface PumpOptions {
  hosts(root: DatasetRoot): readonly ChunkHost[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  corrupt?(host: ChunkHost, index: number): void;
}

/** A host that has not answered by then has failed. */
const ANSWER_MS = 10_000;
/** Hosts come and their rests end without anybody saying so. */
const LOOK_AGAIN_MS = 50;

export class Pump {
  readonly #plan: FetchPlan;
  readonly #root: DatasetRoot;
  readonly #options: PumpOptions;
  readonly #take: (index: number, bytes: Uint8Array) => Promise<boolean>;
  readonly #asking = new Set<AbortController>();
  readonly #running = new Set<Promise<void>>();
  #wake: () => void = () => {};
  /** The bytes could not be kept: no other host helps against that. */
  #failure: { readonly error: unknown } | null = null;

  /** @param take - keeps the bytes; resolves with `false` when they are wrong */
  constructor(
    plan: FetchPlan,
    root: DatasetRoot,
    options: PumpOptions,
    take: (index: number, bytes: Uint8Array) => Promise<boolean>,
  ) {
    this.#plan = plan;
    this.#root = root;
    this.#options = options;
    this.#take = take;
  }

  /** Resolves when the plan is done, rejects with `signal.reason`; nothing is under way then. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    const wake = () => this.#wake();
    hearAbort(signal, wake);
    try {
      while (!this.#plan.isDone && this.#failure === null) {
        signal.throwIfAborted();
        this.#startAll();
        await this.#untilSomething();
      }
    } finally {
      unhearAbort(signal, wake);
      for (const asking of this.#asking) asking.abort(new Error('no longer wanted'));
      await Promise.all(this.#running);
    }
    if (this.#failure !== null) throw this.#failure.error;
  }

  async #untilSomething(): Promise<void> {
    await new Promise<void>((resolve) => {
      const untime = this.#options.clock.after(LOOK_AGAIN_MS, () => this.#wake());
      this.#wake = () => {
        untime();
        resolve();
      };
    });
  }

  #startAll(): void {
    const hosts = new Map(this.#options.hosts(this.#root).map((host) => [host.name, host]));
    for (;;) {
      const request = this.#plan.next([...hosts.keys()], this.#options.clock.now());
      const host = request === null ? undefined : hosts.get(request.host);
      if (request === null || host === undefined) return;
      const running = this.#ask(host, request)
        .catch((error: unknown) => {
          this.#failure ??= { error };
        })
        .finally(() => {
          this.#running.delete(running);
          this.#wake();
        });
      this.#running.add(running);
    }
  }

  async #ask(host: ChunkHost, request: Request): Promise<void> {
    const bytes = await this.#bytesOf(host, request.index);
    const answer = bytes instanceof Uint8Array ? await this.#judge(request.index, bytes) : bytes;
    this.#plan.answered(request, answer, this.#options.clock.now());
    if (answer === 'corrupt') this.#options.corrupt?.(host, request.index);
  }

  async #judge(index: number, bytes: Uint8Array): Promise<Answer> {
    return (await this.#take(index, bytes)) ? 'right' : 'corrupt';
  }

  async #bytesOf(host: ChunkHost, index: number): Promise<Uint8Array | 'lacks' | 'failed'> {
    const asking = new AbortController();
    this.#asking.add(asking);
    const untime = this.#options.clock.after(ANSWER_MS, () => asking.abort(new Error('silent')));
    try {
      const asked = host.get(this.#root, index, asking.signal);
      return (await Promise.race([asked, whenAborted(asking.signal)])) ?? 'lacks';
    } catch {
      return 'failed';
    } finally {
      untime();
      this.#asking.delete(asking);
    }
  }
}

/** Rejects when it aborts, for hosts that do not look at their signal. */
function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
