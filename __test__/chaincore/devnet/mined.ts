/** Blocks for the development node, mined here, and ways to ask it. */

import {
  type BlockTemplate,
  chaincoreHash,
  decodeTemplate,
  decodeTemplateResponse,
  dumpJson,
  type JsonObject,
  type JsonValue,
  meetsDifficulty,
  NumberText,
  parseJson,
  solvedBlockJson,
  transactionId,
} from '../../../ts/chaincore/codec.js';
import type { Block } from '../../../ts/chaincore/devnet/block.js';
import type { Fate } from '../../../ts/chaincore/devnet/chain.js';
import { NodeState } from '../../../ts/chaincore/devnet/node-state.js';
import { type DifficultyRule, DifficultySchedule } from '../../../ts/chaincore/difficulty.js';
import { type ChaincoreDevnetOptions, openChaincoreDevnet } from '../../../ts/chaincore/index.js';

export const WALLET = '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa';
/** Every block takes sixteen hashes, whatever the clock says. */
export const EASY: Partial<DifficultyRule> = { baseline: 1, adjust: false };

/** A template with its nonce found by a plain loop. */
function solved(template: BlockTemplate): JsonObject {
  let nonce = 0n;
  while (!meetsDifficulty(chaincoreHash(template, 'node', nonce), template.difficulty)) nonce += 1n;
  return parseJson(solvedBlockJson(template, 'node', nonce)) as JsonObject;
}

/** The same block with other fields; `undefined` takes one out. */
export function changed(
  block: JsonObject,
  changes: Readonly<Record<string, JsonValue | undefined>>,
): JsonObject {
  const copy = new Map(block);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) copy.delete(name);
    else copy.set(name, value);
  }
  return copy;
}

export const number = (value: number | bigint | string) => new NumberText(String(value));

/** Mined again after a change: as good a block as any, but for what was changed. */
export function remined(
  block: JsonObject,
  changes: Readonly<Record<string, JsonValue>>,
): JsonObject {
  return solved(decodeTemplate(changed(block, { hash: undefined, ...changes })));
}

/** A node in memory with a clock that tests move: a second for each look at it. */
export function memoryNode(rule: Partial<DifficultyRule> = EASY) {
  let seconds = 1_795_210_000;
  const state = new NodeState({
    reward: 5_000_000_000n,
    schedule: DifficultySchedule.of(rule),
    nowSeconds: () => {
      seconds += 1;
      return seconds;
    },
    keep: () => {},
  });
  const next = () => solved(decodeTemplate(state.template(WALLET).json));
  const grow = (): { block: Block; fate: Fate } => state.submit(next(), 'peer');
  return { state, next, grow };
}

/** A transaction of an output, to one address. `amount` as JSON text: `49.5`. */
export function payment(from: string, index: number, amount: string, to = WALLET): JsonObject {
  const input = new Map<string, JsonValue>([
    ['tx_id', from],
    ['output_index', number(index)],
    ['signature', new Map()],
    ['script_sig', ''],
  ]);
  const output = new Map<string, JsonValue>([
    ['amount', number(amount)],
    ['recipient_address', to],
    ['script_pubkey', ''],
  ]);
  const fields = new Map<string, JsonValue>([
    ['version', number(1)],
    ['inputs', [input]],
    ['outputs', [output]],
    ['lock_time', number(0)],
    ['timestamp', number('1.5')],
  ]);
  return new Map([...fields, ['tx_id', transactionId(fields)]]);
}

export interface Answered {
  readonly status: number;
  /** Empty where the answer was no object. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly headers: Headers;
}

/** An easy node that listens on any port. */
export function openEasy(options: ChaincoreDevnetOptions = {}) {
  return openChaincoreDevnet({ port: 0, rule: EASY, requestsPerSecond: 0, ...options });
}

export async function ask(url: string, path: string, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(url + path, init);
  const text = await response.text();
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {}
  const object = typeof json === 'object' && json !== null ? json : {};
  const { status, headers } = response;
  return { status, json: object as Answered['json'], text, headers };
}

export function post(url: string, path: string, body: string | JsonObject, local = true) {
  const text = typeof body === 'string' ? body : dumpJson(body, { keys: 'as-given' });
  const headers = { 'Content-Type': 'application/json', 'X-Local-Mining': String(local) };
  return ask(url, path, { method: 'POST', body: text, headers });
}

/** A template of the node, solved. */
export async function nextBlock(url: string, wallet = WALLET): Promise<JsonObject> {
  const { text } = await post(url, '/mine_block', JSON.stringify({ miner_address: wallet }));
  return solved(decodeTemplateResponse(text));
}
