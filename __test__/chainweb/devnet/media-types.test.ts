import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { acceptable, isOfType } from '../../../ts/chainweb/devnet/api/media-types.js';

const OFFERS = ['application/json', 'application/json;form=object', 'text/plain'] as const;

/** What a client says it accepts, and what it gets. */
const ACCEPTED: [string | undefined, (typeof OFFERS)[number] | null][] = [
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['text/*', 'text/plain'],
  ['application/json', 'application/json'],
  ['application/json;form=object', 'application/json;form=object'],
  ['application/json; form="object" ;q=0.5', 'application/json;form=object'],
  ['application/json;form=other', null],
  ['Application/JSON', 'application/json'],
  ['application/json;q=0.5, text/plain', 'text/plain'],
  ['application/json;q=0.5, text/plain;q=0.4', 'application/json'],
  // The most specific range counts, not the most generous.
  ['*/*, application/json;q=0', 'text/plain'],
  ['*/*;q=0', null],
  ['image/png', null],
  ['', null],
  ['nonsense;;=,', null],
];

for (const [accept, expected] of ACCEPTED) {
  test(`Accept: ${accept ?? '(none)'} gets ${expected ?? 'nothing'}`, () => {
    assert.is(acceptable(accept, OFFERS), expected);
  });
}

test('a body without a content type is a row of octets', () => {
  assert.ok(isOfType(undefined, 'application/octet-stream'));
  assert.not(isOfType(undefined, 'application/json'));
  assert.ok(isOfType('APPLICATION/JSON ; charset=utf-8', 'application/json'));
  assert.not(isOfType('application/jsonp', 'application/json'));
});

test.run();
