/** What the thread of a worker and the one that opened it say to each other. */

import { POW_CODES, type PowCode, PowError } from '../../errors.js';
import { errorCode } from '../../miner/error-code.js';
import type { BackendKind, EnginePlan } from '../../native/contract.js';
import type { ClusterStatus, NodeInfo } from '../queue.js';
import type { ClusterWorkerStats, DatasetOptions, QueueAddress, WorkerNotice } from './options.js';

/** What the thread starts with. */
export interface ThreadData {
  readonly engine: EnginePlan;
  readonly backend: 'auto' | BackendKind;
  readonly queue: QueueAddress;
  readonly datasets: DatasetOptions | null;
  readonly statsMs: number;
}

/** Questions by name: what they take and what they give. */
export interface Questions {
  status: [null, ClusterStatus];
  peers: [null, readonly NodeInfo[]];
  resize: [number, null];
  limitCpu: [number, null];
  pause: [boolean, null];
  close: [null, null];
}

export type Asked = {
  [Name in keyof Questions]: {
    readonly kind: 'ask';
    readonly id: number;
    readonly question: Name;
    readonly value: Questions[Name][0];
  };
}[keyof Questions];

export type ToThread =
  | Asked
  /** Figures have arrived: until then no newer ones come, lest they pile up before who sleeps. */
  | { readonly kind: 'seen' };

export type FromThread =
  | { readonly kind: 'opened'; readonly stats: ClusterWorkerStats }
  | { readonly kind: 'stats'; readonly stats: ClusterWorkerStats }
  | { readonly kind: 'notice'; readonly notice: WorkerNotice }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly error: PlainError }
  /** The last word. */
  | { readonly kind: 'over'; readonly error: PlainError | null };

/** An error as it crosses: its class does not. */
export interface PlainError {
  readonly code: PowCode;
  readonly detail: string;
  readonly argument: string | null;
}

export function plainError(error: unknown): PlainError {
  const code = errorCode(error, 'POW_WORKER') as PowCode;
  const message = error instanceof Error ? error.message : String(error);
  const prefix = `${POW_CODES[code]}: `;
  const detail = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  const argument = error instanceof PowError ? (error.argument ?? null) : null;
  return { code, detail, argument };
}

export function powError({ code, detail, argument }: PlainError): PowError {
  return new PowError(code, detail, argument === null ? undefined : { argument });
}
