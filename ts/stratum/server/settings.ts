/** Everything that can be set of a Stratum server. */

import type { Clock } from '../../miner/clock.js';
import type { DialectName } from '../jobs/template.js';
import type { DifficultyMode } from '../session/state.js';
import type { VardiffRules } from '../session/vardiff.js';
import type { BanRules } from './bans.js';

/** Bounds on what one client, or all of them, can take. */
export interface Limits {
  /** Of one message. */
  readonly lineBytes: number;
  /** On average, and at once after a pause. */
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** From the connection to its subscription, and to a user let in where one must be; with TLS. */
  readonly handshakeMs: number;
  /** Without any message, where shares are wanted at a rate; longer where that is low. */
  readonly idleMs: number;
  /** Said to it and not taken: a slow reader is dropped. */
  readonly unreadBytes: number;
}

export interface HubSettings {
  readonly dialect: DialectName;
  readonly limits: Limits;
  readonly bans: BanRules;
  readonly vardiff: VardiffRules;
  /** A device gets a job of a later time so often, for it may be through with its nonces. */
  readonly refreshMs: number;
  /** Sessions are counted from here. */
  readonly firstNumber: number;
  /**
   * Whether a user may mine: `true`, or why not. Default: everybody may, and need not ask.
   */
  readonly authorize: Authorize | null;
  readonly clock: Clock;
  /** Called back soon: when everything that has arrived by now has been read. */
  readonly soon: (call: () => void) => void;
  readonly onNotice: (notice: StratumNotice) => void;
}

export type Authorize = (
  user: string,
  password: string,
  address: string,
) => true | string | Promise<true | string>;

/** @returns why a user may not mine; `null`: it may */
export async function denialOf(
  authorize: Authorize,
  ...asked: Parameters<Authorize>
): Promise<string | null> {
  try {
    const answer = await authorize(...asked);
    return answer === true ? null : answer;
  } catch {
    return 'authorization is not available';
  }
}

export interface StratumNotice {
  readonly level: 'debug' | 'info' | 'warn';
  /** Control characters are out of it. */
  readonly text: string;
}

export const LIMITS: Limits = {
  lineBytes: 16_384,
  messagesPerSecond: 100,
  messageBurst: 400,
  connections: 20_000,
  connectionsPerAddress: 4_096,
  handshakeMs: 30_000,
  idleMs: 600_000,
  unreadBytes: 262_144,
};

export const BANS: BanRules = { offences: 10, memoryMs: 600_000, banMs: 600_000 };

export const VARDIFF: VardiffRules = {
  shareMs: 10_000,
  windowMs: 60_000,
  band: 1.1,
  leastHashes: 2 ** 10,
  mostHashes: 2 ** 80,
};

/** Easy: a fast device is found out in a few shares, a slow one in as many long minutes. */
export const START: DifficultyMode = { kind: 'vardiff', startHashes: 2 ** 32 };

/** By dialect: a Chainweb device is through with its nonces in seconds, a Bitcoin one never. */
export const REFRESH_MS: Readonly<Record<DialectName, number>> = {
  chainweb: 1_000,
  bitcoin: 30_000,
};
