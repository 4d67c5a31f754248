import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMessage, requestLine, responseLine } from '../../ts/stratum/messages.js';

test('a request keeps its id whatever that is', () => {
  for (const id of [1, 'NoncerPro-7', null, true, { a: [1] }]) {
    const message = parseMessage(JSON.stringify({ id, method: 'm', params: [] }));
    assert.equal(message, { kind: 'request', id, method: 'm', params: [] });
  }
});

test('params may be missing or null', () => {
  assert.equal(parseMessage('{"method":"m"}'), {
    kind: 'request',
    id: null,
    method: 'm',
    params: [],
  });
  assert.equal(parseMessage('{"id":1,"method":"m","params":null}')?.kind, 'request');
});

for (const text of [
  ...['', 'x', '1', 'null', '"a"', '[]', '{}', '{"a":1}', '{"id":1'],
  ...['{"method":1}', '{"method":{}}', '{"method":"m","params":{}}', '{"method":"m","params":1}'],
]) {
  test(`${JSON.stringify(text)} is no message`, () => {
    assert.is(parseMessage(text), null);
  });
}

test('answers carry a result or an error', () => {
  const answer = { kind: 'response', id: 4, result: true, error: null };
  assert.equal(parseMessage('{"id":4,"result":true,"error":null}'), answer);
  assert.equal(parseMessage('{"id":4,"result":null,"error":[21,"x",null]}'), {
    ...answer,
    result: null,
    error: [21, 'x', null],
  });
  // A bare false, as the official Chainweb server answers a stale share.
  assert.equal(parseMessage('{"id":4,"result":false}'), { ...answer, result: false });
});

test('lines are one line each', () => {
  const lines = [requestLine('\n', 'mining.ping', ['\n']), responseLine('\n', '\n', '\n')];
  for (const line of lines) assert.is(line.indexOf('\n'), line.length - 1);
});

test.run();
