/** A hub without sockets: devices are objects, time passes when a test says so. */

import type { Target } from '../../../ts/index.js';
import type { Found, Job } from '../../../ts/miner/ports.js';
import type { Origin } from '../../../ts/stratum/jobs/board.js';
import type { Client } from '../../../ts/stratum/server/client.js';
import { Hub } from '../../../ts/stratum/server/hub.js';
import {
  BANS,
  type HubSettings,
  LIMITS,
  REFRESH_MS,
  VARDIFF,
} from '../../../ts/stratum/server/settings.js';
import type { DifficultyMode, SessionRules } from '../../../ts/stratum/session/state.js';
import { SERVER_DIALECTS } from '../../../ts/stratum/wire/servers.js';
import { VirtualClock } from '../../miner/jobs.js';

export type DeskOptions = Partial<Omit<HubSettings, 'clock' | 'soon'>> & {
  readonly difficulty?: DifficultyMode;
};

/** Calls wait until the test lets them through, as they do until the sockets are read. */
export class Desk {
  readonly clock = new VirtualClock();
  readonly hub: Hub;
  readonly found: Found[] = [];
  readonly solved: string[] = [];
  readonly notices: string[] = [];
  /** Called at the very moment of a solution. */
  onFound: () => void = () => {};
  readonly #rules: SessionRules;
  readonly #calls: (() => void)[] = [];

  constructor(options: DeskOptions = {}) {
    const { dialect = 'chainweb', vardiff = VARDIFF, difficulty = { kind: 'block' } } = options;
    const { shareTarget } = SERVER_DIALECTS[dialect];
    this.#rules = { difficulty, vardiff, mustAuthorize: options.authorize != null, shareTarget };
    this.hub = new Hub({
      ...{ dialect, limits: LIMITS, bans: BANS, vardiff, refreshMs: REFRESH_MS[dialect] },
      ...{ firstNumber: 0, authorize: null, onNotice: ({ text }) => this.notices.push(text) },
      ...options,
      clock: this.clock,
      soon: (call) => this.#calls.push(call),
    });
  }

  /** Everything said by now is answered. */
  settle(): void {
    while (this.#calls.length > 0) this.#calls.shift()?.();
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1_000) {
      await this.clock.pass(Math.min(left, 1_000));
      this.settle();
    }
  }

  start(job: Job, target = job.target): Origin {
    const origin = this.hub.start(job, target as Target, {
      found: (found) => {
        this.found.push(found);
        this.onFound();
      },
      solved: () => this.solved.push(job.id),
    });
    this.settle();
    if (origin === null) throw new Error(`${job.id} cannot be told`);
    return origin;
  }

  connect(address = '10.0.0.1'): Device {
    const device = new Device(this, address);
    const client = this.hub.accept(device, this.#rules);
    if (typeof client === 'string') throw new Error(client);
    device.client = client;
    return device;
  }
}

/** One line that a device got, as the test looks at it. */
export type Line = Record<string, unknown> | readonly unknown[];

export class Device {
  readonly address: string;
  readonly #desk: Desk;
  readonly #got: Line[] = [];
  client: Client | null = null;
  unreadBytes = 0;
  closedHow: 'end' | 'destroy' | null = null;
  #ids = 0;

  constructor(desk: Desk, address: string) {
    this.#desk = desk;
    this.address = address;
  }

  send(text: string): void {
    for (const line of text.trim().split('\n')) this.#got.push(JSON.parse(line));
  }

  close(how: 'end' | 'destroy'): void {
    this.closedHow = how;
  }

  /** The other way round: from the device to the hub. */
  type(text: string): void {
    if (this.client !== null) this.#desk.hub.received(this.client, Buffer.from(text));
  }

  /** @returns everything that came back */
  says(text: string): readonly Line[] {
    this.type(text);
    this.#desk.settle();
    return this.take();
  }

  call(method: string, params: readonly unknown[], id: unknown = ++this.#ids): readonly Line[] {
    return this.says(`${JSON.stringify({ id, method, params })}\n`);
  }

  /** Everything that came since the last time. */
  take(): readonly Line[] {
    return this.#got.splice(0);
  }
}

/** The lines of one method, by their params. */
export function paramsOf(lines: readonly Line[], method: string): readonly unknown[][] {
  return lines.flatMap((line) =>
    'method' in line && line['method'] === method ? [line['params'] as unknown[]] : [],
  );
}

export function result(id: unknown, value: unknown): Line {
  return { id, result: value, error: null };
}

export function refused(id: unknown, code: number, text: string): Line {
  return { id, result: null, error: [code, text, null] };
}
