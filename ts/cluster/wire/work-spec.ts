/** A work in bytes: what is hashed, what wins, what counts as a share. */

import { type Goal, goalPlan } from '../../core/goal.js';
import { Pattern } from '../../core/pattern.js';
import { Target } from '../../core/target.js';
import { Work } from '../../core/work.js';
import type { Algorithm, ByteOrder, NonceEncoding } from '../../native/contract.js';
import type { WorkSpec } from '../queue.js';
import { type Codec, wordsOf } from './codec.js';
import { FieldReader } from './field-reader.js';
import { FieldWriter } from './field-writer.js';
import { WireError } from './wire-error.js';

/** A frame with a work in it; its message has to leave some room. */
export const MOST_WORK_BYTES = 256 * 1024;
export const MOST_LANE_BYTES = 256;
const DIGEST_BYTES = 32;
const DATASET_TAG = 1;
const HEX_ID = 32;
const HEX_ROOT = 64;

const algorithms = wordsOf<Algorithm>({ blake2s: 1, sha256: 2, sha256d: 3 });
const orders = wordsOf<ByteOrder>({ le: 1, be: 2 });
const goals = wordsOf<WorkSpec['goal']>({ first: 1, all: 2 });
const encodings = wordsOf<NonceEncoding>({
  u32le: 1,
  u32be: 2,
  u48le: 3,
  u48be: 4,
  u64le: 5,
  u64be: 6,
  decimal: 7,
  hex: 8,
});

export const workCodec: Codec<'work'> = {
  write(out, { spec }) {
    const { work } = spec;
    const { message } = work;
    out.hex('id', spec.id, HEX_ID);
    out.text('lane', spec.lane, MOST_LANE_BYTES);
    out.u8('goal', goals.numbers[spec.goal]);
    out.u8('algorithm', algorithms.numbers[work.algorithm]);
    out.u8('hashOrder', orders.numbers[work.hashOrder]);
    out.u8('nonce.encoding', encodings.numbers[work.nonce.encoding]);
    out.u8('nonce.digits', work.nonce.digits ?? 0);
    out.u32('nonce.offset', work.nonce.offset);
    writeGoal(out, 'target', spec.target);
    writeGoal(out, 'shareTarget', spec.shareTarget);
    out.u32('message', message.length);
    out.bytes('message', message);
    if (spec.dataset !== undefined) {
      const root = Buffer.from(spec.dataset, 'hex');
      if (root.toString('hex') !== spec.dataset || root.length !== DIGEST_BYTES) {
        throw out.error('dataset', `not ${HEX_ROOT} hex digits`);
      }
      out.tail('dataset', DATASET_TAG, root);
    }
  },

  read(input) {
    const id = input.hex('id', HEX_ID);
    const lane = input.text('lane', MOST_LANE_BYTES);
    const goal = input.oneOf('goal', goals.words);
    const algorithm = input.oneOf('algorithm', algorithms.words);
    const hashOrder = input.oneOf('hashOrder', orders.words);
    const encoding = input.oneOf('nonce.encoding', encodings.words);
    const digits = input.u8('nonce.digits') || undefined;
    const offset = input.u32('nonce.offset');
    const target = readGoal(input, 'target');
    const shareTarget = readGoal(input, 'shareTarget');
    const length = input.u32('message');
    if (length > MOST_WORK_BYTES) throw input.error('message', 'too long');
    const message = input.bytes('message', length);
    const dataset = input.tail().get(DATASET_TAG);
    if (dataset !== undefined && dataset.length !== DIGEST_BYTES) {
      throw input.error('dataset', `not ${DIGEST_BYTES} bytes`);
    }
    const nonce = { encoding, offset, digits };
    const work = checked(() => new Work({ algorithm, message, nonce, hashOrder }));
    const root = dataset === undefined ? {} : { dataset: Buffer.from(dataset).toString('hex') };
    return { spec: { id, lane, work, target, shareTarget, goal, ...root } };
  },
};

/** What the constructors refuse is malformed here. */
function checked(make: () => Work): Work {
  try {
    return make();
  } catch (cause) {
    throw new WireError('WORK', 'work', (cause as Error).message, { cause });
  }
}

function writeGoal(out: FieldWriter, field: string, goal: Goal): void {
  const plan = goalPlan(goal, field);
  out.u8(field, plan.kind === 'target' ? 1 : 2);
  out.bytes(field, plan.value);
  if (plan.kind === 'pattern') out.bytes(field, plan.mask);
}

function readGoal(input: FieldReader, field: string): Goal {
  const kind = input.u8(field);
  const value = kind === 1 || kind === 2 ? input.bytes(field, DIGEST_BYTES) : null;
  if (value === null) throw input.error(field, 'neither a target nor a pattern');
  if (kind === 1) return Target.fromBytes(value, 'be');
  return Pattern.equals(value, input.bytes(field, DIGEST_BYTES));
}

/** A work alone, for journals and queues that frame by themselves. */
export function encodeWorkSpec(spec: WorkSpec): Uint8Array<ArrayBuffer> {
  const out = new FieldWriter('WORK', 0, MOST_WORK_BYTES);
  workCodec.write(out, { spec });
  return out.finish();
}

/** @throws WireError */
export function decodeWorkSpec(bytes: Uint8Array): WorkSpec {
  const input = new FieldReader('WORK', bytes);
  const { spec } = workCodec.read(input);
  input.tail();
  return spec;
}
