import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Lines } from '../../ts/stratum/lines.js';

const texts = (lines: Lines, ...chunks: readonly string[]) =>
  chunks.flatMap((chunk) => lines.push(Buffer.from(chunk)).texts).map((text) => text.trim());

test('messages come out whole however the bytes are cut', () => {
  const message = fc.record({
    id: fc.integer(),
    method: fc.string(),
    params: fc.array(fc.string()),
  });
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 8 }),
      fc.infiniteStream(fc.nat(20)),
      (sent, cuts) => {
        const bytes = Buffer.from(sent.map((each) => `${JSON.stringify(each)}\n`).join(''));
        const lines = new Lines(1 << 16);
        const got: string[] = [];
        for (let at = 0; at < bytes.length; ) {
          const end = at + 1 + (cuts.next().value as number);
          const cut = lines.push(bytes.subarray(at, end));
          assert.is(cut.fault, null);
          got.push(...cut.texts.map((text) => text.trim()));
          at = end;
        }
        assert.equal(
          got,
          sent.map((each) => JSON.stringify(each)),
        );
      },
    ),
  );
});

test('a device that sends no newline is heard all the same, also with two messages at once', () => {
  assert.equal(texts(new Lines(100), '{"a":"}{"}{"b"', ':[1]}'), ['{"a":"}{"}', '{"b":[1]}']);
});

test('a line break ends a message that is not complete', () => {
  assert.equal(texts(new Lines(100), '{"id": 1,\n{"id":2}\n'), ['{"id": 1,', '{"id":2}']);
});

for (const [text, messages, blankLines] of [
  ['\r\n  \n\n{}\r\n', ['{}'], 3],
  ['{}\n{}\r\n{}{} \n', ['{}', '{}', '{}', '{}'], 0],
  ['{}\n\n', ['{}'], 1],
  ['7\n\n8\n', ['7', '8'], 1],
] as const) {
  test(`blank lines are no messages, and counted: ${JSON.stringify(text)}`, () => {
    assert.equal(texts(new Lines(100), text), messages);
    const lines = new Lines(100);
    const counts = [...text].map((byte) => lines.push(Buffer.from(byte)).blankLines);
    assert.is(
      counts.reduce((sum, count) => sum + count, 0),
      blankLines,
    );
    assert.is(new Lines(100).push(Buffer.from(text)).blankLines, blankLines);
  });
}

test('a message one byte too long is a fault, in one piece or in many', () => {
  const long = `{"a":"${'x'.repeat(92)}"}`;
  assert.is(long.length, 100);
  assert.equal(new Lines(100).push(Buffer.from(long)).texts, [long]);
  assert.is(new Lines(99).push(Buffer.from(long)).fault, 'too long');
  const lines = new Lines(99);
  const faults = [...long].map((byte) => lines.push(Buffer.from(byte)).fault);
  assert.is(
    faults.findIndex((fault) => fault !== null),
    99,
  );
});

test('what comes before a message that is too long is still heard', () => {
  const cut = new Lines(10).push(Buffer.from('{"id":1}\n{"id":22222}\n'));
  assert.equal(
    cut.texts.map((text) => text.trim()),
    ['{"id":1}'],
  );
  assert.is(cut.fault, 'too long');
});

test('deep nesting is a fault before it is complete', () => {
  assert.is(new Lines(1000).push(Buffer.from('['.repeat(17))).fault, 'nested too deeply');
  assert.is(new Lines(1000).push(Buffer.from('['.repeat(16))).fault, null);
});

test.run();
