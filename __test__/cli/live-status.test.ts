import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LiveStatus, statusLine } from '../../ts/cli/live-status.js';
import type { Progress } from '../../ts/index.js';

// A dumb terminal would get log lines.
process.env['TERM'] = 'xterm';

const progress: Progress = {
  hashes: 1_200_000_000,
  hashesPerSecond: 71_300_000,
  elapsedMs: 16_800,
  expectedHashes: 2 ** 31,
};

function recorder(shape: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  return { ...shape, written, write: (text: string) => written.push(text) };
}

test('the line says rate, hashes, expectation, chance and time', () => {
  assert.is(
    statusLine(progress),
    '71.3 MH/s | 1.20 G hashes | 2.15 G expected | chance so far 42.8 % | 0:16',
  );
});

test('a terminal gets one line, redrawn, never wider than the window, and erased in the end', () => {
  const stream = recorder({ isTTY: true, columns: 30 });
  const status = new LiveStatus(stream);
  status.show(progress);
  status.show({ ...progress, elapsedMs: 16_900 });
  status.clear();
  status.clear();
  assert.is(stream.written.length, 3, 'two draws and one erasure');
  for (const text of stream.written) {
    assert.ok(text.startsWith('\r\x1b[2K'));
    assert.not.ok(text.includes('\n'));
    assert.ok(text.length - '\r\x1b[2K'.length < 30);
  }
  assert.is(stream.written.at(-1), '\r\x1b[2K');
});

test('a terminal that does not know its width still gets the whole line', () => {
  const stream = recorder({ isTTY: true, columns: 0 });
  new LiveStatus(stream).show(progress);
  assert.equal(stream.written, [`\r\x1b[2K${statusLine(progress)}`]);
});

test('a log gets whole plain lines, and few of them', () => {
  const stream = recorder({ isTTY: false });
  const status = new LiveStatus(stream, { logEveryMs: 1000 });
  for (let elapsedMs = 0; elapsedMs <= 3000; elapsedMs += 100) {
    status.show({ ...progress, elapsedMs });
  }
  status.clear();
  assert.is(stream.written.length, 3);
  for (const text of stream.written) {
    assert.match(text, /^\P{Cc}+\n$/u);
  }
});

test.run();
