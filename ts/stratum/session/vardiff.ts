/**
 * Moving a device's share target so that its shares come at the wanted rate. Pure: shares and
 * times in, the next state out. Two ways to a change: at once, when the number of shares is one
 * that chance does not explain; and slowly, by a long average, when it is off by more than the
 * band. The first finds a new device's speed in a few shares, the second holds the rate to some
 * per cent without following every run of luck.
 */

export interface VardiffRules {
  /** Wanted time between two shares. */
  readonly shareMs: number;
  /** Between two slow changes, at least; and never so short that a share or two decide. */
  readonly windowMs: number;
  /** A slow change needs an average this many times off, up or down; above 1. */
  readonly band: number;
  /** Bounds of the hashes that a share costs on average. */
  readonly leastHashes: number;
  readonly mostHashes: number;
}

export interface Vardiff {
  /** What a share costs on average: 2^256 / (target + 1). */
  readonly hashes: number;
  /** When that was set, and shares since. */
  readonly sinceMs: number;
  readonly shares: number;
  /** Of the long average: its start, and the hashes that its shares stand for. */
  readonly averageSinceMs: number;
  readonly averageHashes: number;
}

/** Standard deviations of a count that chance does not explain. */
const SURPRISE = 4;
/** Fewer shares say nothing about a speed-up, however fast they come: some wait in buffers. */
const LEAST_SHARES = 8;
/** Of one change, up or down: bad luck, or an outage, must not make a device flood the server. */
const MOST_STEP = 16;
/** Shares wanted in a window, at least. */
const WINDOW_SHARES = 6;
/** The long average forgets half of what it knows when it is so many windows old. */
const AVERAGE_WINDOWS = 10;

export function startVardiff(hashes: number, rules: VardiffRules, nowMs: number): Vardiff {
  const within = clamp(hashes, rules.leastHashes, rules.mostHashes);
  return { hashes: within, sinceMs: nowMs, shares: 0, averageSinceMs: nowMs, averageHashes: 0 };
}

/** An accepted share that stands for `hashes`: it may have been found at an older target. */
export function vardiffShare(
  state: Vardiff,
  hashes: number,
  rules: VardiffRules,
  nowMs: number,
): Vardiff {
  const averageHashes = state.averageHashes + hashes;
  // A share of an older, easier target is worth a part of one.
  const shares = state.shares + Math.min(1, hashes / state.hashes);
  const { sinceMs, averageSinceMs } = state;
  // Field by field, for every share: a spread takes many times as long.
  const next = { hashes: state.hashes, sinceMs, shares, averageSinceMs, averageHashes };
  return vardiffTick(next, rules, nowMs);
}

/** Time has passed: a device that finds nothing must get something easier, too. */
export function vardiffTick(state: Vardiff, rules: VardiffRules, nowMs: number): Vardiff {
  const elapsedMs = nowMs - state.sinceMs;
  if (elapsedMs <= 0 && state.shares < LEAST_SHARES) return state;
  const expected = elapsedMs / rules.shareMs;
  const surplus = state.shares - expected;
  const limit = SURPRISE * Math.sqrt(Math.max(1, expected));
  const isSurprise =
    surplus > 0 ? surplus > limit && state.shares >= LEAST_SHARES : -surplus > limit;
  if (isSurprise) return jump(state, expected, rules, nowMs);
  if (elapsedMs < windowOf(rules)) return state;
  return follow(faded(state, rules, nowMs), rules, nowMs);
}

/** A time in which there was nothing to work on says nothing about the device. */
export function vardiffPaused(state: Vardiff, pausedMs: number): Vardiff {
  const { sinceMs, averageSinceMs } = state;
  return { ...state, sinceMs: sinceMs + pausedMs, averageSinceMs: averageSinceMs + pausedMs };
}

/** From here on the shares since the last change are all that is known. */
function jump(state: Vardiff, expected: number, rules: VardiffRules, nowMs: number): Vardiff {
  const ratio = (state.shares + 0.5) / Math.max(expected, 1e-9);
  return startVardiff(stepped(state, ratio), rules, nowMs);
}

function follow(state: Vardiff, rules: VardiffRules, nowMs: number): Vardiff {
  // Nothing yet: the first share may be about to come.
  const hashes = Math.max(state.averageHashes, state.hashes);
  const hashesPerMs = hashes / (nowMs - state.averageSinceMs);
  const { leastHashes, mostHashes } = rules;
  const right = stepped(state, (hashesPerMs * rules.shareMs) / state.hashes);
  const wanted = clamp(right, leastHashes, mostHashes);
  const ratio = wanted / state.hashes;
  if (ratio < rules.band && ratio > 1 / rules.band) return state;
  return { ...state, hashes: wanted, sinceMs: nowMs, shares: 0 };
}

function windowOf({ windowMs, shareMs }: VardiffRules): number {
  return Math.max(windowMs, WINDOW_SHARES * shareMs);
}

function stepped({ hashes }: Vardiff, ratio: number): number {
  return hashes * clamp(ratio, 1 / MOST_STEP, MOST_STEP);
}

function faded(state: Vardiff, rules: VardiffRules, nowMs: number): Vardiff {
  const ageMs = nowMs - state.averageSinceMs;
  if (ageMs < AVERAGE_WINDOWS * windowOf(rules)) return state;
  const averageSinceMs = nowMs - ageMs / 2;
  return { ...state, averageSinceMs, averageHashes: state.averageHashes / 2 };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
