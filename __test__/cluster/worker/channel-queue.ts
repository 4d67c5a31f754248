/**
 * A queue whose master is whoever says something on a BroadcastChannel: another thread, so that it
 * goes on while this one, or the main one, is blocked.
 */

import { BroadcastChannel } from 'node:worker_threads';
import type { LeaseEnd, WorkerQueue } from '../../../ts/cluster/queue.js';
import type { JoinHow } from '../../../ts/cluster/worker/options.js';
import { Target } from '../../../ts/index.js';
import { job } from '../../miner/jobs.js';
import { ScriptedLease, ScriptedQueue } from './scripted-queue.js';

const ALIVE_MS = 20;

export type ToQueue =
  | {
      readonly kind: 'lend';
      readonly index: number;
      readonly nonces: bigint;
      readonly bits: number;
    }
  | { readonly kind: 'stop'; readonly index: number; readonly reason: LeaseEnd }
  | { readonly kind: 'fail'; readonly message: string };

export type FromQueue =
  | { readonly kind: 'joined'; readonly cores: number }
  | { readonly kind: 'announced'; readonly threads: number; readonly sha256: number }
  | { readonly kind: 'alive'; readonly index: number }
  | {
      readonly kind: 'result';
      readonly index: number;
      readonly outcome: string;
      readonly shares: number;
    }
  | { readonly kind: 'released'; readonly index: number; readonly scannedTo: bigint }
  | { readonly kind: 'closed' };

class ChannelQueue extends ScriptedQueue {
  readonly #channel: BroadcastChannel;
  readonly #timer: NodeJS.Timeout;

  constructor({ options, capabilities, onNotice }: JoinHow) {
    super();
    this.#channel = new BroadcastChannel(String(options));
    this.#channel.onmessage = (event) => this.#hear((event as { data: ToQueue }).data);
    this.#timer = setInterval(() => {
      for (const { isOver, unit } of this.lent) {
        if (!isOver) this.#say({ kind: 'alive', index: unit.index });
      }
    }, ALIVE_MS);
    onNotice({ level: 'info', text: 'joined' });
    this.#say({ kind: 'joined', cores: capabilities.cores });
  }

  override announce({ threads, hashesPerSecond }: JoinHow['capabilities']): void {
    this.#say({ kind: 'announced', threads, sha256: hashesPerSecond['sha256'] ?? 0 });
  }

  override async close(): Promise<void> {
    if (this.isClosed) return;
    await super.close();
    clearInterval(this.#timer);
    this.#say({ kind: 'closed' });
    this.#channel.close();
  }

  #hear(message: ToQueue): void {
    switch (message.kind) {
      case 'lend': {
        const target = Target.fromLeadingZeroBits(message.bits);
        const of = job(`${message.index}`, 'a', { target, goal: 'all', content: message.index });
        const lease = new ScriptedLease(of, 0n, message.nonces, { index: message.index });
        const { index } = message;
        lease.report = async (result) => {
          lease.results.push(result);
          const { outcome, shares } = result;
          this.#say({ kind: 'result', index, outcome, shares: shares.length });
        };
        lease.release = async (how) => {
          lease.releases.push(how);
          this.#say({ kind: 'released', index, scannedTo: how.scannedTo });
        };
        this.put(lease);
        break;
      }
      case 'stop':
        this.lent.find(({ unit }) => unit.index === message.index)?.stop(message.reason);
        break;
      case 'fail':
        this.fail(new Error(message.message));
    }
  }

  #say(message: FromQueue): void {
    this.#channel.postMessage(message);
  }
}

export function join(how: JoinHow): WorkerQueue {
  if (how.options === 'refuse') throw new Error('nobody is there');
  return new ChannelQueue(how);
}
