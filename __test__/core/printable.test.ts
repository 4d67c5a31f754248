import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { printable, printableLines } from '../../ts/core/printable.js';

test('escape sequences become visible text', () => {
  assert.is(printable('\x1b]0;owned\x07'), '\\x1b]0;owned\\x07');
  assert.is(printable('a\u202eb\u2028c\u009bd'), 'a\\u202eb\\u2028c\\x9bd');
});

test('ordinary text, accents and emoji stay as they are', () => {
  for (const text of ['', 'plain', 'Zürich', '日本', '⛏️']) assert.is(printable(text), text);
});

test('no control character survives, whatever the text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/\p{Cc}/u.test(printable(text))));
});

test('lines keep their breaks and nothing else', () => {
  assert.is(printableLines('one\ntwo\r'), 'one\ntwo\\x0d');
});

test.run();
