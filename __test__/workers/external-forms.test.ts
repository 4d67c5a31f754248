import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Target, verify } from '../../ts/index.js';
import { readAnswer } from '../../ts/workers/external/answer.js';
import { Lines } from '../../ts/workers/external/lines.js';
import { targetText } from '../../ts/workers/external/target-text.js';
import { chainwebWork } from '../fixtures.js';

/** `externalWorker` of vectors/chainweb.json. */
const { externalWorker: vector } = JSON.parse(
  readFileSync(new URL('../vectors/chainweb.json', import.meta.url), 'utf8'),
) as { readonly externalWorker: Readonly<Record<string, string>> };
const target = Target.fromHex(vector['targetHexBE'] ?? '');

test('the target is written in both forms as their programs read it', () => {
  assert.is(targetText(target, 'bytewise'), vector['bytewiseLE']);
  assert.is(targetText(target, 'mixed'), vector['officialArg']);
});

test('the answer to a real block solves it, in hex and in raw bytes', () => {
  const digits = vector['example_nonce_stdout_be'] ?? '';
  const raw = Buffer.from(digits, 'hex').reverse();
  const work = chainwebWork(vector['stdin_work_hex'] ?? '');
  for (const answer of [readAnswer(Buffer.from(digits), 'hex'), readAnswer(raw, 'raw')]) {
    assert.ok(typeof answer === 'object' && verify(work, answer.nonce, target));
  }
});

const WORDS: [string, bigint, number | null][] = [
  ['ff', 255n, null],
  ['0xFF\n', 255n, null],
  [' \t000000000000000a 1000 3.5 more', 10n, 1000],
  ['7 many', 7n, null],
  ['7 -3', 7n, null],
  [`7 ${'9'.repeat(16)}`, 7n, null],
];

for (const [text, nonce, hashes] of WORDS) {
  test(`${JSON.stringify(text)} is nonce ${nonce} after ${hashes} hashes`, () => {
    assert.equal(readAnswer(Buffer.from(text), 'hex'), { nonce, hashes });
  });
}

const BAD: [string, 'hex' | 'raw', RegExp][] = [
  ['', 'hex', /no nonce/],
  [' \n', 'hex', /no nonce/],
  ['12345678901234567', 'hex', /16 hex digits/],
  ['0x', 'hex', /16 hex digits/],
  ['-1', 'hex', /16 hex digits/],
  ['nonce:1', 'hex', /"nonce:1"/],
  ['x'.repeat(1000), 'hex', /^.{1,100}$/],
  ['1234567', 'raw', /7 bytes, not the 8/],
];

for (const [text, form, wrong] of BAD) {
  test(`${JSON.stringify(text.slice(0, 20))} is no ${form} nonce`, () => {
    const answer = readAnswer(Buffer.from(text), form);
    assert.match(typeof answer === 'string' ? answer : '', wrong);
  });
}

function linesOf(...parts: readonly Buffer[]): readonly string[] {
  const told: string[] = [];
  const lines = new Lines((line) => void told.push(line));
  for (const part of parts) lines.write(part);
  lines.end();
  return told;
}

test('lines come whole, however they were cut up, in the middle of a letter too', () => {
  const text = Buffer.from('größer\r\n\nlast');
  const parts = [...text].map((byte) => Buffer.of(byte));
  assert.equal(linesOf(...parts), ['größer', '', 'last']);
  assert.equal(linesOf(text), ['größer', '', 'last']);
});

test('a line without end is cut, and not kept', () => {
  const part = Buffer.from('y'.repeat(1 << 16));
  const [line = '', ...others] = linesOf(part, part, part, Buffer.from('\nz'));
  assert.is(line, `${'y'.repeat(1000)}…`);
  assert.equal(others, ['z']);
});

test.run();
