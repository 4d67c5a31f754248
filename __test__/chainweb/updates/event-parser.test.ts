import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EventParser } from '../../../ts/chainweb/updates/event-parser.js';
import { NodeFailure } from '../../../ts/miner/node-failure.js';
import { thrown } from '../../fixtures.js';

function parse(...parts: readonly (string | Uint8Array)[]): string[] {
  const parser = new EventParser();
  return parts.flatMap((part) => [...parser.feed(Buffer.from(part as string))]);
}

test('events without a data line are events: nine sent, nine received', () => {
  assert.equal(parse('event:New Cut\n\n'.repeat(9)), Array(9).fill('New Cut'));
});

test('both events of the node, byte for byte as it writes them', () => {
  assert.equal(parse('event:New Cut\n\nevent:Refreshed Block\n\n'), ['New Cut', 'Refreshed Block']);
});

const LINE_ENDS = ['\n', '\r\n', '\r'];
const NAMES = ['New Cut', 'Refreshed Block', 'x', 'ü🎉'];

test('the bytes may be cut anywhere', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 8 }),
      fc.constantFrom(...LINE_ENDS),
      fc.array(fc.nat(200), { maxLength: 20 }),
      (names, end, cuts) => {
        const bytes = Buffer.from(names.map((name) => `event:${name}${end}${end}`).join(''));
        const places = [0, ...cuts.map((cut) => cut % bytes.length), bytes.length];
        places.sort((left, right) => left - right);
        const parts = places.slice(1).map((place, i) => bytes.subarray(places[i], place));
        assert.equal(parse(...parts), names);
      },
    ),
  );
});

test('what other servers write is read as well', () => {
  assert.equal(parse('event: New Cut\r\ndata: 1\r\nid: 7\r\nretry: 3\r\n\r\n'), ['New Cut']);
  assert.equal(parse('\ufeffevent:a\n\n'), ['a']);
  assert.equal(parse(': comment\n\nevent:a\n: comment\nevent:b\n\n'), ['b']);
});

test('blank lines, data alone and names that only look alike are no events', () => {
  assert.equal(parse('\n\n\ndata: 1\n\nEvent:a\n\neventful:a\n\nevent\n\n'), []);
});

test('an event counts when its blank line has come, not before', () => {
  const parser = new EventParser();
  assert.equal(parser.feed(Buffer.from('event:New Cut\n')), []);
  assert.equal(parser.feed(Buffer.from('\n')), ['New Cut']);
});

test('a line without end is refused and held in bounds', () => {
  const error = thrown(() => parse('x'.repeat(5000)));
  assert.is((error as NodeFailure).kind, 'nonsense');
  assert.equal(parse(`${'x'.repeat(1000)}\nevent:a\n\n`), ['a']);
});

test('bytes that mean nothing give no event, or the refusal, and never another error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
      try {
        new EventParser().feed(bytes);
      } catch (error) {
        assert.instance(error, NodeFailure);
      }
    }),
  );
});

test.run();
