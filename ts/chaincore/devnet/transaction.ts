/** Transactions, taken apart. Signatures are carried and not checked: they say nothing of mining. */

import { badArgument } from '../../core/arguments.js';
import { PowError } from '../../errors.js';
import {
  requireHash,
  requireJsonObject,
  requireList,
  requireTimestamp,
  requireWhole,
} from '../codec/fields.js';
import { type JsonObject, type JsonValue, NumberText, transactionId } from '../codec.js';
import { amountText, amountUnits } from './amounts.js';

/** What a coinbase spends. */
const NOTHING = '0'.repeat(64);
const NO_OUTPUT = 0xffff_ffff;
const MOST_ENDS = 1000;
const MOST_ADDRESS = 128;

export interface Transaction {
  /** 64 hex digits, computed. */
  readonly id: string;
  /** Outputs that it spends: `ID:INDEX`. Empty for a coinbase. */
  readonly spends: readonly string[];
  /** In units of 1e-8. */
  readonly amounts: readonly bigint[];
  /** For a coinbase: what its input says instead of a signature. */
  readonly coinbaseText: string | null;
  readonly json: JsonObject;
}

/** How an output is named. */
export function outputName(id: string, index: number): string {
  return `${id}:${index}`;
}

/**
 * @param value - a transaction with its `tx_id`
 * @throws {@link PowError} `POW_ARGUMENT` that names the field; `POW_MISMATCH` for a wrong `tx_id`
 */
export function decodeTransaction(value: JsonValue | undefined, name: string): Transaction {
  const json = requireJsonObject(value, name);
  const stated = requireHash(json.get('tx_id'), `${name}.tx_id`);
  requireTimestamp(json.get('timestamp'), `${name}.timestamp`);
  const id = transactionId(json);
  if (id !== stated) {
    const detail = `${name}.tx_id is ${stated}, its fields give ${id}`;
    throw new PowError('POW_MISMATCH', detail, { argument: `${name}.tx_id` });
  }
  const inputs = ends(json.get('inputs'), `${name}.inputs`);
  const outputs = ends(json.get('outputs'), `${name}.outputs`);
  const amounts = outputs.map((output, i) => {
    const address = output.get('recipient_address');
    if (typeof address !== 'string' || address.length < 1 || address.length > MOST_ADDRESS) {
      throw badArgument(`${name}.outputs[${i}].recipient_address`, 'an address', address);
    }
    return amountUnits(output.get('amount'), `${name}.outputs[${i}].amount`);
  });
  const refs = inputs.map((input, i) => {
    const spent = requireHash(input.get('tx_id'), `${name}.inputs[${i}].tx_id`);
    const at = requireWhole(input.get('output_index'), 0, NO_OUTPUT, `${name}.inputs[${i}]`);
    return { spent, at, script: input.get('script_sig') };
  });
  const [first] = refs;
  if (refs.every(({ spent }) => spent !== NOTHING)) {
    const spends = refs.map(({ spent, at }) => outputName(spent, at));
    if (new Set(spends).size < spends.length) {
      throw badArgument(`${name}.inputs`, 'different outputs', spends[0]);
    }
    return { id, spends, amounts, coinbaseText: null, json };
  }
  if (refs.length !== 1 || typeof first?.script !== 'string') {
    throw badArgument(`${name}.inputs`, 'outputs of others, or the one of a coinbase', 'a mixture');
  }
  return { id, spends: [], amounts, coinbaseText: first.script, json };
}

function ends(value: JsonValue | undefined, name: string): readonly JsonObject[] {
  const list = requireList(value, name);
  if (list.length >= 1 && list.length <= MOST_ENDS) {
    return list.map((item, i) => requireJsonObject(item, `${name}[${i}]`));
  }
  throw badArgument(name, `1 to ${MOST_ENDS} of them`, list.length);
}

/** What the coinbase of a block says: two blocks never have the same one. */
export function coinbaseText(index: number): string {
  return `COINBASE_BLOCK_${index}`;
}

/** The first transaction of a block: what its miner is paid. */
export function coinbase(options: {
  readonly index: number;
  readonly address: string;
  readonly units: bigint;
  readonly timestampText: string;
}): Transaction {
  const { index, address, units, timestampText } = options;
  const input = new Map<string, JsonValue>([
    ['tx_id', NOTHING],
    ['output_index', new NumberText(String(NO_OUTPUT))],
    ['signature', new Map()],
    ['script_sig', coinbaseText(index)],
  ]);
  const output = new Map<string, JsonValue>([
    ['amount', amountText(units)],
    ['recipient_address', address],
    ['script_pubkey', `PAY_TO_ADDRESS(${address})`],
  ]);
  const fields = new Map<string, JsonValue>([
    ['version', new NumberText('1')],
    ['inputs', [input]],
    ['outputs', [output]],
    ['lock_time', new NumberText('0')],
    ['timestamp', new NumberText(timestampText)],
  ]);
  const json = new Map([...fields, ['tx_id', transactionId(fields)]]);
  return decodeTransaction(json, 'coinbase');
}
