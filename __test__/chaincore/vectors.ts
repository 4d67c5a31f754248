/** Blocks that a live node accepted. The file's numbers lose no digit: it is read as text. */

import { readFileSync } from 'node:fs';
import {
  type BlockLayout,
  type BlockTemplate,
  decodeTemplate,
  type JsonObject,
  type NumberText,
  parseJson,
} from '../../ts/chaincore/codec.js';

export interface ChaincoreVector {
  readonly note: string;
  readonly layout: BlockLayout;
  readonly template: BlockTemplate;
  readonly difficulty: number;
  readonly start: bigint;
  readonly nonce: bigint;
  readonly prefix: string;
  readonly suffix: string;
  readonly message: string;
  readonly hash: string;
}

const text = readFileSync(new URL('../vectors/chaincore.json', import.meta.url), 'utf8');
const file = parseJson(text) as JsonObject;

export const vectors: readonly ChaincoreVector[] = (file.get('vectors') as JsonObject[]).map(
  (vector) => {
    const string = (name: string) => vector.get(name) as string;
    const number = (name: string) => (vector.get(name) as NumberText).text;
    return {
      note: string('note'),
      layout: string('layout') as BlockLayout,
      template: decodeTemplate(vector.get('template') as JsonObject),
      difficulty: Number(number('difficulty')),
      start: BigInt(number('start_nonce')),
      nonce: BigInt(string('nonce')),
      prefix: string('prefix'),
      suffix: string('suffix'),
      message: string('message'),
      hash: string('hash'),
    };
  },
);

/** The first template, as the node sent it. */
export const template: BlockTemplate = (vectors[0] as ChaincoreVector).template;
