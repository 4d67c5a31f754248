/** Units, results and releases as messages of a queue, in the codecs of the frames. */

import type { UnitResult } from '../queue.js';
import { FieldReader } from '../wire/field-reader.js';
import { FieldWriter } from '../wire/field-writer.js';
import { assignCodec, releaseCodec, resultCodec } from '../wire/lease-messages.js';
import type { AssignedUnit, LeaseProgress } from '../wire/messages.js';

const MOST_BYTES = 64 * 1024;
/** First byte of what a worker reports. */
const RESULT = 1;
const RELEASE = 2;

/** What comes on a `result` subject. */
export type Report =
  | { readonly kind: 'result'; readonly result: UnitResult }
  | ({ readonly kind: 'release'; readonly failed?: string | undefined } & LeaseProgress);

/** A unit that lies in the queue; its fence is that of its first delivery. */
export function encodeUnit(unit: AssignedUnit): Uint8Array {
  const out = new FieldWriter('UNIT', 0, MOST_BYTES);
  assignCodec.write(out, { units: [unit] });
  return out.finish();
}

/** @throws WireError */
export function decodeUnit(bytes: Uint8Array): AssignedUnit {
  const input = new FieldReader('UNIT', bytes);
  const { units } = assignCodec.read(input);
  input.tail();
  const [unit] = units;
  if (unit === undefined || units.length > 1) throw input.error('units', 'not one');
  return unit;
}

export function encodeReport(serial: number, report: Report): Uint8Array {
  const out = new FieldWriter('REPORT', 0, MOST_BYTES);
  out.u8('kind', report.kind === 'result' ? RESULT : RELEASE);
  if (report.kind === 'result') resultCodec.write(out, { serial, result: report.result });
  else releaseCodec.write(out, { serial, ...report });
  return out.finish();
}

/** @throws WireError */
export function decodeReport(bytes: Uint8Array): Report {
  const input = new FieldReader('REPORT', bytes);
  const kind = input.u8('kind');
  if (kind !== RESULT && kind !== RELEASE) throw input.error('kind', 'unknown');
  const report: Report =
    kind === RESULT
      ? { kind: 'result', result: resultCodec.read(input).result }
      : { ...releaseCodec.read(input), kind: 'release' };
  input.tail();
  return report;
}
