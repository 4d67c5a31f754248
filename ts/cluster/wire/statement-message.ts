/** What nodes of `auto` say of themselves. */

import { type MasterAddress, MOST_EPOCH } from '../statement.js';
import type { Codec } from './codec.js';
import type { FieldReader } from './field-reader.js';
import type { FieldWriter } from './field-writer.js';

/** Addresses that one node tells another. */
export const MOST_KNOWN = 16;
const MOST_ID_BYTES = 64;
const MOST_HOST_BYTES = 253;

/** Head, leader, and addresses of the greatest length. */
export const MOST_STATEMENT_BYTES = 8 * 1024;

export const statementCodec: Codec<'statement'> = {
  write(out, { statement, port, known }) {
    const { id, stands, epoch, candidate, leader } = statement;
    out.text('id', id, MOST_ID_BYTES);
    out.u8('stands', stands ? 1 : 0);
    out.count('epoch', epoch);
    out.count('candidate', candidate ?? 0);
    out.u8('leader', leader === null ? 0 : 1);
    if (leader !== null) {
      out.text('leader', leader.id, MOST_ID_BYTES);
      out.count('leader', leader.epoch);
      writeAddress(out, 'leader', leader.address);
    }
    out.u16('port', port);
    out.u16('known', known.length);
    for (const address of known) writeAddress(out, 'known', address);
  },
  read(input) {
    const id = input.text('id', MOST_ID_BYTES);
    const stands = readFlag(input, 'stands');
    const epoch = readEpoch(input, 'epoch');
    const candidate = readEpoch(input, 'candidate') || null;
    const leader = readFlag(input, 'leader')
      ? {
          id: input.text('leader', MOST_ID_BYTES),
          epoch: readEpoch(input, 'leader'),
          address: readAddress(input, 'leader'),
        }
      : null;
    const port = input.u16('port');
    const length = input.length('known', MOST_KNOWN);
    const known = Array.from({ length }, () => readAddress(input, 'known'));
    return { statement: { id, stands, epoch, candidate, leader }, port, known };
  },
};

function readFlag(input: FieldReader, field: string): boolean {
  const flag = input.u8(field);
  if (flag > 1) throw input.error(field, 'neither yes nor no');
  return flag === 1;
}

function readEpoch(input: FieldReader, field: string): number {
  const epoch = input.count(field);
  if (epoch > MOST_EPOCH) throw input.error(field, 'beyond the last epoch');
  return epoch;
}

function writeAddress(out: FieldWriter, field: string, { host, port }: MasterAddress): void {
  out.text(field, host, MOST_HOST_BYTES);
  out.u16(field, port);
}

function readAddress(input: FieldReader, field: string): MasterAddress {
  const host = input.text(field, MOST_HOST_BYTES);
  const port = input.u16(field);
  if (host === '' || port === 0) throw input.error(field, 'no address');
  return { host, port };
}
