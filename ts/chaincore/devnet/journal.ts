/**
 * What a node took in, in a file, so that it outlives the node: a first line, then one line for
 * each fact in its order, the CRC-32 of its JSON in hex and the JSON.
 */

import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { crc32 } from 'node:zlib';
import { PowError } from '../../errors.js';
import { FileLock } from '../../miner/file-lock.js';
import { requireJsonObject } from '../codec/fields.js';
import { dumpJson, type JsonObject, type JsonValue, NumberText, parseJson } from '../codec.js';
import type { Change, DifficultyRule } from '../difficulty.js';
import type { DifficultyCall, Fact, NodeState } from './node-state.js';

const FIRST_LINE = Buffer.from('chaincore devnet journal 1\n');
const NEW_LINE = 0x0a;
/** Eight hex digits and a space. */
const CRC = 9;

export class Journal {
  readonly #file: string;
  readonly #fd: number;
  readonly #lock: FileLock;
  #end = 0;

  /**
   * Opens the file, or makes it.
   *
   * @throws {@link PowError} `POW_ARGUMENT` when another process has it
   */
  constructor(file: string) {
    this.#file = file;
    this.#fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o644);
    try {
      this.#lock = new FileLock(file);
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  /**
   * Takes every fact in again. A last line that was not written to its end is passed over: nobody
   * was told of it.
   *
   * @throws {@link PowError} `POW_ARGUMENT` for a file that is no journal, or that is damaged
   */
  replay(state: NodeState): void {
    const bytes = this.#read();
    const start = bytes.subarray(0, FIRST_LINE.length);
    if (!start.equals(FIRST_LINE.subarray(0, start.length))) {
      throw this.#bad('is not the journal of a ChainCore development node');
    }
    this.#end = FIRST_LINE.length;
    for (let number = 1; this.#end < bytes.length; number++) {
      const at = bytes.indexOf(NEW_LINE, this.#end);
      const next = at < 0 ? bytes.length : at + 1;
      const reason = at < 0 ? 'is cut off' : replayed(state, bytes.subarray(this.#end, at));
      if (reason !== null) {
        if (next === bytes.length && reason !== NO_FIT) return;
        throw this.#bad(`line ${number + 1} (at byte ${this.#end}) ${reason}`);
      }
      this.#end = next;
    }
  }

  /** Whether {@link Journal.replay} found nothing. */
  get isNew(): boolean {
    return this.#end === FIRST_LINE.length;
  }

  /** Cuts off what {@link Journal.replay} passed over: from here on the file is this node's. */
  begin(): void {
    ftruncateSync(this.#fd, Math.min(this.#end, fstatSync(this.#fd).size));
    this.#write(FIRST_LINE, 0);
  }

  /** Returns when the fact is on the disk. One that fails is written over by the next. */
  append(fact: Fact): void {
    const json = dumpJson(factJson(fact), { keys: 'as-given' });
    const line = Buffer.from(`${checksum(json)} ${json}\n`);
    this.#write(line, this.#end);
    this.#end += line.length;
  }

  close(): void {
    closeSync(this.#fd);
    this.#lock.release();
  }

  #read(): Buffer {
    const bytes = Buffer.alloc(fstatSync(this.#fd).size);
    let at = 0;
    while (at < bytes.length) {
      const length = readSync(this.#fd, bytes, at, bytes.length - at, at);
      if (length === 0) break;
      at += length;
    }
    return bytes.subarray(0, at);
  }

  #write(bytes: Uint8Array, position: number): void {
    for (let at = 0; at < bytes.length; ) {
      at += writeSync(this.#fd, bytes, at, bytes.length - at, position + at);
    }
    fsyncSync(this.#fd);
  }

  #bad(detail: string): PowError {
    return new PowError('POW_ARGUMENT', `${this.#file}: ${detail}`, { argument: 'dataFile' });
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
