import { PowError } from '../errors.js';
import { NonceRange, Pattern, Target, Work } from '../index.js';
import type { Algorithm, ByteOrder, NonceEncoding } from '../native/contract.js';
import { UsageError } from './exit.js';
import { type FixedLayout, LAYOUTS } from './layouts.js';
import { fitWork, readWork } from './work-bytes.js';

/** The flags of `mine` that say what to search, each value checked on its own already. */
export interface SearchFlags {
  readonly layout: string;
  readonly work: string;
  readonly algorithm?: Algorithm;
  readonly nonceOffset?: number;
  readonly nonceEncoding?: NonceEncoding;
  readonly digits?: number;
  readonly hashOrder?: ByteOrder;
  readonly target?: string;
  readonly difficulty?: number;
  readonly leadingZeroBits?: number;
  readonly pattern?: string;
  readonly start?: bigint;
  readonly end?: bigint;
}

/** One search, ready to run. */
export interface SearchRequest {
  readonly work: Work;
  readonly target: Target | Pattern;
  readonly range: NonceRange;
  /** Worth saying before it starts. */
  readonly notes: readonly string[];
}

/**
 * Puts the flags together.
 *
 * @throws UsageError that names the flag and what was expected
 */
export function searchRequest(flags: SearchFlags): SearchRequest {
  const layout = LAYOUTS.find((row) => row.name === flags.layout)?.fixed ?? null;
  const given = readWork(flags.work);
  const { work, note } =
    layout === null
      ? { work: customWork(flags, given), note: null }
      : fixedWork(flags, given, layout);
  const target = goalOf(flags, work, layout);
  const range = rangeOf(flags, work);
  return { work, target, range, notes: note === null ? [] : [note] };
}

/** Flags that only `--layout custom` takes, with what it needs of them. */
const CUSTOM_FLAGS = [
  { flag: '--algorithm', key: 'algorithm', needed: true },
  { flag: '--nonce-offset', key: 'nonceOffset', needed: true },
  { flag: '--nonce-encoding', key: 'nonceEncoding', needed: true },
  { flag: '--hash-order', key: 'hashOrder', needed: true },
  { flag: '--digits', key: 'digits', needed: false },
] as const;

function fixedWork(flags: SearchFlags, given: Uint8Array, layout: FixedLayout) {
  const needless = CUSTOM_FLAGS.find(({ key }) => flags[key] !== undefined);
  if (needless !== undefined) {
    throw new UsageError(needless.flag, `only with --layout custom; ${flags.layout} settles it`);
  }
  const { bytes, note } = fitWork(given, flags.layout, layout);
  const { algorithm, nonce, hashOrder } = layout;
  return { work: new Work({ algorithm, message: bytes, nonce, hashOrder }), note };
}

function customWork(flags: SearchFlags, message: Uint8Array): Work {
  const missing = CUSTOM_FLAGS.filter(({ key, needed }) => needed && flags[key] === undefined);
  const { algorithm, nonceOffset: offset, nonceEncoding: encoding, digits, hashOrder } = flags;
  if (
    algorithm === undefined ||
    offset === undefined ||
    encoding === undefined ||
    hashOrder === undefined
  ) {
    const names = missing.map(({ flag }) => flag).join(', ');
    throw new UsageError(names, 'expected with --layout custom');
  }
  const nonce = digits === undefined ? { offset, encoding } : { offset, encoding, digits };
  return asUsage(flagOfArgument, () => new Work({ algorithm, message, nonce, hashOrder }));
}

/** Which flag filled the argument that {@link Work} complains about. */
function flagOfArgument(argument: string | undefined): string {
  if (argument?.endsWith('digits')) return '--digits';
  if (argument?.endsWith('encoding')) return '--nonce-encoding';
  if (argument?.endsWith('offset')) return '--nonce-offset';
  return '--work';
}

const GOAL_FLAGS = [
  { flag: '--target', key: 'target' },
  { flag: '--difficulty', key: 'difficulty' },
  { flag: '--leading-zero-bits', key: 'leadingZeroBits' },
  { flag: '--pattern', key: 'pattern' },
] as const;

function goalOf(flags: SearchFlags, work: Work, layout: FixedLayout | null): Target | Pattern {
  const given = GOAL_FLAGS.filter(({ key }) => flags[key] !== undefined);
  const [first, second] = given;
  if (first !== undefined && second !== undefined) {
    throw new UsageError(second.flag, `expected one goal only; ${first.flag} is one already`);
  }
  const { target, difficulty, leadingZeroBits, pattern } = flags;
  if (target !== undefined) return Target.fromHex(target);
  if (leadingZeroBits !== undefined) return Target.fromLeadingZeroBits(leadingZeroBits);
  if (pattern !== undefined) return Pattern.hexPrefix(pattern.toLowerCase());
  if (layout === null) {
    if (difficulty !== undefined) {
      throw new UsageError('--difficulty', 'only with --layout chainweb or bitcoin; give --target');
    }
    const choices = GOAL_FLAGS.filter(({ key }) => key !== 'difficulty').map(({ flag }) => flag);
    throw new UsageError(
      '--target',
      `expected with --layout custom (or ${choices.slice(1).join(', ')})`,
    );
  }
  if (difficulty !== undefined) {
    return asUsage(
      () => '--difficulty',
      () => Target.fromDifficulty(difficulty, layout.difficulty),
    );
  }
  return ownTarget(work, layout);
}

/** The target that the work itself states. */
function ownTarget(work: Work, layout: FixedLayout): Target {
  const { kind, start, end } = layout.ownTarget;
  const field = work.message.slice(start, end);
  return asUsage(
    () => '--work',
    () =>
      kind === 'le-256'
        ? Target.fromBytes(field, 'le')
        : Target.fromCompact(Buffer.from(field).readUInt32LE(0)),
  );
}

function rangeOf(flags: SearchFlags, work: Work): NonceRange {
  const full = NonceRange.full(work);
  const { start = full.start, end = full.end } = flags;
  if (end > full.end) {
    throw new UsageError('--end', `expected at most ${full.end}, the end of this layout's nonces`);
  }
  if (start > end) throw new UsageError('--start', `expected at most the end, ${end}`);
  return new NonceRange(start, end);
}

/** What the core rejects here came from a flag: say which. */
function asUsage<T>(flagOf: (argument: string | undefined) => string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof PowError)) throw error;
    throw new UsageError(flagOf(error.argument), error.message);
  }
}
