import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PowError } from '../../ts/index.js';
import { Goals, parseGoals } from '../../ts/workers/on-demand/goals.js';
import { type Claim, refusal } from '../../ts/workers/on-demand/guard.js';
import { answerTo, type RouteContext } from '../../ts/workers/on-demand/routes.js';
import { thrown } from '../fixtures.js';

test('what is asked for is counted by chain, and gone once it is made', () => {
  const goals = new Goals();
  goals.add(parseGoals('{"0":1,"3":5,"7":0}', 20));
  goals.add(parseGoals('{"3":1}', 20));
  assert.equal(goals.toJSON(), { 0: 1, 3: 6 });
  assert.equal(goals.chains, [0, 3]);
  goals.made(0);
  goals.made(9);
  assert.equal(goals.toJSON(), { 3: 6 });
  goals.clear();
  assert.ok(goals.isEmpty);
});

/** A body, and a piece of what is said of it. */
const BAD_BODIES: [string, RegExp][] = [
  ['', /not JSON/],
  ['{"0":1', /not JSON/],
  ["{'0':1}", /not JSON/],
  ['[]', /expected an object .* got \[\]/],
  ['null', /expected an object .* got null/],
  ['5', /expected an object .* got 5/],
  ['{"20":1}', /unknown chain "20": expected 0 to 19/],
  ['{"-1":1}', /unknown chain "-1"/],
  ['{"01":1}', /unknown chain "01"/],
  ['{"1.0":1}', /unknown chain "1.0"/],
  ['{"":1}', /unknown chain ""/],
  ['{"__proto__":1}', /unknown chain "__proto__"/],
  [`{"${'9'.repeat(5000)}":1}`, /unknown chain "9{39}…: /],
  ['{"0":-1}', /chain 0: expected a whole number .* got -1/],
  ['{"0":1.5}', /chain 0: expected a whole number .* got 1.5/],
  ['{"0":1e9}', /chain 0: .* got 1000000000/],
  ['{"0":1e999}', /chain 0: .* got null/],
  ['{"0":"1"}', /chain 0: .* got "1"/],
  ['{"0":{"1":1}}', /chain 0: .* got \{"1":1\}/],
  ['{"0":1,"3":true}', /chain 3: .* got true/],
  [`${'['.repeat(1000)}${']'.repeat(1000)}`, /expected an object/],
];

for (const [body, told] of BAD_BODIES) {
  test(`${body.slice(0, 30)} is no request for blocks`, () => {
    const { code, message } = thrown(() => parseGoals(body, 20)) as PowError;
    assert.is(code, 'POW_ARGUMENT');
    assert.match(message, told);
    assert.ok(message.length < 200);
  });
}

test('a request that asks for too much changes nothing', () => {
  const goals = new Goals();
  goals.add(parseGoals('{"0":1000000}', 20));
  const error = thrown(() => goals.add(parseGoals('{"1":1,"0":1}', 20))) as PowError;
  assert.match(error.message, /chain 0: more than 1000000/);
  assert.equal(goals.toJSON(), { 0: 1_000_000 });
});

/** Where it listens, the headers, and whether it answers. */
const CLAIMS: [string, Claim, boolean][] = [
  ['127.0.0.1', { host: 'localhost:1917', origin: undefined }, true],
  ['127.0.0.1', { host: '127.0.0.1:1917', origin: undefined }, true],
  ['127.0.0.1', { host: '127.9.9.9', origin: undefined }, true],
  ['127.0.0.1', { host: '[::1]:1917', origin: undefined }, true],
  ['127.0.0.1', { host: 'LOCALHOST:1', origin: undefined }, true],
  ['127.0.0.1', { host: undefined, origin: undefined }, false],
  ['127.0.0.1', { host: '', origin: undefined }, false],
  ['127.0.0.1', { host: 'a b', origin: undefined }, false],
  ['127.0.0.1', { host: 'localhost/@evil.com', origin: undefined }, false],
  ['127.0.0.1', { host: 'user@localhost', origin: undefined }, false],
  ['127.0.0.1', { host: 'evil.com', origin: undefined }, false],
  ['127.0.0.1', { host: '127.0.0.1.evil.com', origin: undefined }, false],
  ['127.0.0.1', { host: 'mining-client:1917', origin: undefined }, false],
  ['127.0.0.1', { host: '192.168.1.5:1917', origin: undefined }, false],
  ['127.0.0.1', { host: 'localhost:1917', origin: 'http://localhost:1917' }, true],
  ['127.0.0.1', { host: 'localhost:1917', origin: 'http://localhost:8080' }, false],
  ['127.0.0.1', { host: 'localhost:1917', origin: 'https://localhost:1917' }, false],
  ['127.0.0.1', { host: 'localhost:1917', origin: 'http://evil.com' }, false],
  ['127.0.0.1', { host: 'localhost:1917', origin: 'null' }, false],
  ['*', { host: 'localhost:1917', origin: undefined }, true],
  ['*', { host: 'mining-client:1917', origin: undefined }, true],
  ['*', { host: '192.168.1.5:1917', origin: undefined }, true],
  ['*', { host: '[fe80::1]:1917', origin: undefined }, true],
  ['*', { host: 'evil.com', origin: undefined }, false],
  ['*', { host: 'mining-client:1917', origin: 'http://evil.com' }, false],
  ['miner.example.org', { host: 'miner.example.org:1917', origin: undefined }, true],
  ['miner.example.org', { host: 'other.example.org:1917', origin: undefined }, false],
];

for (const [listening, claim, isTaken] of CLAIMS) {
  const { host, origin } = claim;
  const title = `Host ${host}, Origin ${origin}, at ${listening}`;
  test(`${title} is ${isTaken ? 'answered' : 'refused'}`, () => {
    assert.is(refusal(claim, listening) === null, isTaken);
  });
}

function context(): RouteContext & { changes: number } {
  const own = {
    goals: new Goals(),
    chains: 20,
    changes: 0,
    status: () => ({ goals: own.goals }),
    onChange: () => {
      own.changes += 1;
    },
  };
  return own;
}

test('the answers are those of the official client, as its tools expect them', () => {
  const own = context();
  const made = (body: string) => answerTo(own, { method: 'POST', path: '/make-blocks', body });
  const ok = { status: 200, contentType: 'text/plain', body: '[]' };
  assert.equal(made('{}'), ok);
  assert.ok(own.goals.isEmpty);
  assert.equal(made('{"0":1,"3":5}'), ok);
  assert.equal(own.goals.toJSON(), { 0: 1, 3: 5 });
  assert.is(own.changes, 2);
  assert.is(made('{"0":').status, 400);
  assert.is(own.changes, 2);
});

test('status and forgetting, and no other endpoint or method', () => {
  const own = context();
  own.goals.add(new Map([[4, 2]]));
  const get = answerTo(own, { method: 'GET', path: '/', body: '' });
  assert.equal(get, { status: 200, contentType: 'application/json', body: '{"goals":{"4":2}}' });
  const forgot = answerTo(own, { method: 'DELETE', path: '/goals', body: '' });
  assert.is(forgot.body, '{"goals":{}}');
  for (const path of ['/make-block', '/goals/', '/toString', '__proto__', '/constructor', '']) {
    assert.is(answerTo(own, { method: 'GET', path, body: '' }).status, 404);
  }
  const wrong: [string, string, string][] = [
    ['GET', '/make-blocks', 'POST'],
    ['POST', '/', 'GET'],
    ['PUT', '/goals', 'DELETE'],
    ['constructor', '/', 'GET'],
  ];
  for (const [method, path, allow] of wrong) {
    const { status, allow: told } = answerTo(own, { method, path, body: '{}' });
    assert.equal([status, told], [405, allow]);
  }
});

test.run();
