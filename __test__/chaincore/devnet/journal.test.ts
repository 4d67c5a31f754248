import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ChaincoreDevnet, ChaincoreDevnetOptions } from '../../../ts/chaincore/index.js';
import type { PowError } from '../../../ts/index.js';
import { rejection } from '../../fixtures.js';
import { ask, EASY, nextBlock, openEasy, post } from './mined.js';

let folder = '';
let dataFile = '';
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'pow-native-chaincore-'));
  dataFile = join(folder, 'chain');
});
test.after.each(() => rmSync(folder, { recursive: true }));

/** Runs `use` with a node on the file, and ends it. */
async function withNode<T>(
  use: (node: ChaincoreDevnet) => Promise<T> | T,
  options: ChaincoreDevnetOptions = {},
): Promise<T> {
  const node = await openEasy({ dataFile, ...options });
  try {
    return await use(node);
  } finally {
    await node.close();
  }
}

async function grow(node: ChaincoreDevnet, blocks: number): Promise<string> {
  for (let i = 0; i < blocks; i++) {
    assert.is((await post(node.url, '/submit_block', await nextBlock(node.url))).status, 200);
  }
  return node.tip;
}

test('a node goes on where the last one ended', async () => {
  const tip = await withNode((node) => grow(node, 5));
  await withNode(async (node) => {
    assert.is(node.tip, tip);
    assert.is(node.length, 6);
    await grow(node, 2);
  });
  await withNode((node) => assert.is(node.length, 8));
});

test('a second node on the same file is refused, and the first goes on', async () => {
  await withNode(async (node) => {
    await grow(node, 1);
    const error = (await rejection(openEasy({ dataFile }))) as PowError;
    assert.match(error.message, /in use by process \d+: one node at a time/);
    await grow(node, 1);
    assert.is(node.length, 3);
  });
});

test('a line that was cut off in the middle is passed over, and the next block is written over it', async () => {
  await withNode((node) => grow(node, 3));
  const whole = readFileSync(dataFile).length;
  for (const cut of [1, 100, 400]) {
    truncateSync(dataFile, whole - cut);
    await withNode(async (node) => {
      assert.is(node.length, 3);
      await grow(node, 1);
    });
    await withNode((node) => assert.is(node.length, 4));
    writeFileSync(dataFile, readFileSync(dataFile).subarray(0, whole));
  }
});

test('damage in the middle, a block out of place and another file are refused, and the file stays', async () => {
  await withNode((node) => grow(node, 3));
  const good = readFileSync(dataFile, 'utf8');
  const lines = good.split('\n');
  for (const [text, words] of [
    [good.replace('"index": 2', '"index": 7'), /line 4 .* is damaged/],
    [[lines[0], lines[1], lines[3], lines[4], ''].join('\n'), /line 3 .* does not fit/],
    ['something else entirely, of some length\n', /is not the journal/],
    [good.replace('journal 1', 'journal 2'), /is not the journal/],
  ] as const) {
    writeFileSync(dataFile, text);
    const error = (await rejection(openEasy({ dataFile }))) as PowError;
    assert.match(error.message, words);
    assert.is(error.argument, 'dataFile');
    assert.is(readFileSync(dataFile, 'utf8'), text);
  }
});

test('garbage at the end is cut off', async () => {
  await withNode((node) => grow(node, 2));
  appendFileSync(dataFile, 'ffffffff {"block": garbage}\n');
  await withNode(async (node) => {
    assert.is(node.length, 3);
    await grow(node, 1);
  });
  await withNode((node) => assert.is(node.length, 4));
});

test('side branches, overrides and reloads are there again after a restart', async () => {
  const set = (node: ChaincoreDevnet, difficulty: number | null) =>
    post(node.url, '/difficulty/set', JSON.stringify({ difficulty, reason: 'a test' }));
  const tip = await withNode(async (node) => {
    await grow(node, 2);
    assert.is((await set(node, 2)).json['new_difficulty'], 2);
    await grow(node, 2);
    assert.is((await set(node, null)).json['new_difficulty'], 1);
    await grow(node, 1);
    assert.is((await set(node, 3)).json['new_difficulty'], 3);
    return node.tip;
  });
  await withNode(async (node) => {
    assert.is(node.tip, tip);
    const detailed = (await ask(node.url, '/status/detailed')).json;
    assert.is(detailed['current_target_difficulty'], 3);
    const audit = detailed['difficulty_audit'] as { change: string }[];
    assert.equal(
      audit.map(({ change }) => change),
      ['override', 'override-ended', 'override'],
    );
  });
});

test('a node started with another rule keeps the old blocks by the old one', async () => {
  await withNode((node) => grow(node, 3));
  const rule = { ...EASY, baseline: 2 };
  await withNode(
    async (node) => {
      assert.is(node.length, 4);
      assert.is((await ask(node.url, '/status')).json['target_difficulty'], 2);
      await grow(node, 1);
    },
    { rule },
  );
  await withNode((node) => assert.is(node.length, 5), { rule });
});

test('a rule file is read again on request; a bad one changes nothing, and a rollback goes back', async () => {
  const ruleFile = join(folder, 'rule.json');
  writeFileSync(ruleFile, JSON.stringify(EASY));
  await withNode(
    async (node) => {
      const refresh = (body = '') => post(node.url, '/config/refresh', body);
      assert.is((await refresh()).json['current_difficulty'], 1);
      writeFileSync(ruleFile, JSON.stringify({ ...EASY, baseline: 3 }));
      assert.is((await refresh()).json['mining_difficulty'], 3);
      for (const [text, words] of [
        ['{"baseline": 99}', /rule.baseline/],
        ['{"baselin', /a file of JSON/],
        ['[]', /rule must be an object/],
      ] as const) {
        writeFileSync(ruleFile, text);
        const { status, json } = await refresh();
        assert.is(status, 400, text);
        assert.match(String(json['error']), words);
        assert.is((json['kept'] as { baseline: number }).baseline, 3);
      }
      writeFileSync(ruleFile, JSON.stringify({ ...EASY, baseline: 3 }));
      await refresh();
      assert.is((await refresh('{"rollback": true}')).status, 200);
      for (const body of ['{"rollback": 1}', 'x', '[]']) {
        assert.is((await refresh(body)).status, 400, body);
      }
    },
    { rule: undefined, ruleFile },
  );
  writeFileSync(ruleFile, 'nothing');
  assert.is(((await rejection(openEasy({ ruleFile }))) as PowError).argument, 'ruleFile');
});

for (const body of [
  '{"difficulty": 0, "reason": "x"}',
  '{"difficulty": 13, "reason": "x"}',
  '{"difficulty": 2.5, "reason": "x"}',
  '{"difficulty": 2}',
  '{"difficulty": 2, "reason": " "}',
  '{"reason": "x"}',
]) {
  test(`an override that makes no sense is refused: ${body}`, async () => {
    await withNode(async (node) => {
      assert.is((await post(node.url, '/difficulty/set', body)).status, 400);
      assert.is((await ask(node.url, '/status')).json['target_difficulty'], 1);
    });
  });
}

test.run();
