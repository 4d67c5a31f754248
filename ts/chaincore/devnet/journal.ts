/**
 * What a node took in, in a file, so that it outlives the node: a first line, then one line for
 * each fact in its order, the CRC-32 of its JSON in hex and the JSON.
 */

import { crc32 } from 'node:zlib';
import { PowError } from '../../errors.js';
import { JournalFile } from '../../miner/journal-file.js';
import { requireJsonObject } from '../codec/fields.js';
import { dumpJson, type JsonObject, type JsonValue, NumberText, parseJson } from '../codec.js';
import type { Change, DifficultyRule } from '../difficulty.js';
import type { DifficultyCall, Fact, NodeState } from './node-state.js';

const KIND = {
  firstLine: Buffer.from('chaincore devnet journal 1\n'),
  owner: 'a ChainCore development node',
};
const NEW_LINE = 0x0a;
/** Eight hex digits and a space. */
const CRC = 9;

export class Journal {
  readonly #file: JournalFile;

  /**
   * Opens the file, or makes it.
   *
   * @throws {@link PowError} `POW_ARGUMENT` when another process has it
   */
  constructor(file: string) {
    this.#file = new JournalFile(file, KIND);
  }

  /**
   * Takes every fact in again. A last line that was not written to its end is passed over: nobody
   * was told of it.
   *
   * @throws {@link PowError} `POW_ARGUMENT` for a file that is no journal, or that is damaged
   */
  replay(state: NodeState): void {
    const file = this.#file;
    const bytes = file.read();
    for (let number = 1; file.end < bytes.length; number++) {
      const at = bytes.indexOf(NEW_LINE, file.end);
      const next = at < 0 ? bytes.length : at + 1;
      const reason = at < 0 ? 'is cut off' : replayed(state, bytes.subarray(file.end, at));
      if (reason !== null) {
        if (next === bytes.length && reason !== NO_FIT) return;
        throw file.bad(`line ${number + 1} (at byte ${file.end}) ${reason}`);
      }
      file.keep(next - file.end);
    }
  }

  /** Whether {@link Journal.replay} found nothing. */
  get isNew(): boolean {
    return this.#file.isNew;
  }

  /** Cuts off what {@link Journal.replay} passed over: from here on the file is this node's. */
  begin(): void {
    this.#file.begin();
  }

  /** Returns when the fact is on the disk. One that fails is written over by the next. */
  append(fact: Fact): void {
    const json = dumpJson(factJson(fact), { keys: 'as-given' });
    this.#file.append(Buffer.from(`${checksum(json)} ${json}\n`));
  }

  close(): void {
    this.#file.close();
  }
}

const NO_FIT = 'does not fit the chain; was it made with other options?';

/** `null`: the state has it. */
function replayed(state: NodeState, line: Uint8Array): string | null {
  const text = Buffer.from(line).toString('utf8');
  const json = text.slice(CRC);
  if (text.slice(0, CRC) !== `${checksum(json)} `) return 'is damaged';
  try {
    return state.replay(factOf(requireJsonObject(parseJson(json), 'fact'))) === null
      ? null
      : NO_FIT;
  } catch (error) {
    if (error instanceof PowError) return NO_FIT;
    throw error;
  }
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}

function factJson(fact: Fact): JsonObject {
  if (fact.kind === 'block') return new Map([['block', fact.block.json]]);
  // Ours, of plain numbers and strings.
  const plain = fact.kind === 'rule' ? fact.rule : { call: fact.call, change: fact.change };
  return new Map([[fact.kind, parseJson(JSON.stringify(plain))]]);
}

type Kept = Parameters<NodeState['replay']>[0];

function factOf(json: JsonObject): Kept {
  const block = json.get('block');
  if (block !== undefined) return { kind: 'block-json', json: block };
  const rule = json.get('rule');
  if (rule !== undefined) return { kind: 'rule', rule: plainOf(rule) as DifficultyRule };
  const { call, change } = plainOf(requireJsonObject(json.get('difficulty'), 'difficulty')) as {
    call: DifficultyCall;
    change: Change;
  };
  return { kind: 'difficulty', call, change };
}

function plainOf(value: JsonValue): unknown {
  if (value instanceof NumberText) return value.float;
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [key, plainOf(item as JsonValue)]));
  }
  return Array.isArray(value) ? value.map(plainOf) : value;
}
