import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cargoTotals, closingLine, closingTotals, sum, uvuTotals } from '../../scripts/totals.mjs';

const uvu = (total: number, passed: number, skipped: number) =>
  `  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  1.00ms\n`;

test('uvu closes with its total, and what did not pass has failed', () => {
  assert.equal(uvuTotals(uvu(5, 3, 1), 1), { passed: 3, failed: 2, skipped: 1 });
  assert.equal(uvuTotals(uvu(5, 5, 0), 0), { passed: 5, failed: 0, skipped: 0 });
});

test('a file that ran nothing has failed, whatever its exit code', () => {
  assert.equal(uvuTotals('', 0), { passed: 0, failed: 1, skipped: 0 });
  assert.equal(uvuTotals(uvu(0, 0, 0), 0), { passed: 0, failed: 1, skipped: 0 });
});

test('a file of skipped tests alone has not failed', () => {
  assert.equal(uvuTotals(uvu(0, 0, 2), 0), { passed: 0, failed: 0, skipped: 2 });
});

test('a runner that breaks off after its last passed test has failed', () => {
  assert.equal(uvuTotals(uvu(2, 2, 0), null), { passed: 2, failed: 1, skipped: 0 });
  assert.equal(cargoTotals('error: could not compile', 101), { passed: 0, failed: 1, skipped: 0 });
});

test('of two closings the last one counts: the first is a program that the test ran', () => {
  assert.is(uvuTotals(uvu(9, 9, 0) + uvu(2, 2, 0), 0).passed, 2);
});

test('cargo closes once for every test binary', () => {
  const line = (result: string, passed: number, failed: number, ignored: number) =>
    `test result: ${result}. ${passed} passed; ${failed} failed; ${ignored} ignored; 0 measured; 0 filtered out\n`;
  assert.equal(cargoTotals(line('ok', 4, 0, 1) + line('FAILED', 2, 3, 0), 101), {
    passed: 6,
    failed: 3,
    skipped: 1,
  });
});

test('a runner of ours is read by its last line, and has failed without one', () => {
  const skipping = { passed: 3, failed: 0, skipped: 2 };
  assert.equal(closingTotals(`1 passed, 9 failed\n${closingLine(skipping)}\n`, 0), skipping);
  assert.equal(closingTotals('3 passed, 0 failed\n', 1), { passed: 3, failed: 1, skipped: 0 });
  assert.equal(closingTotals('', 0), { passed: 0, failed: 1, skipped: 0 });
});

test('the closing line names skipped tests only if there are any', () => {
  const one = { passed: 1, failed: 0, skipped: 0 };
  assert.is(closingLine(sum([one, one])), '2 passed, 0 failed');
  assert.is(closingLine({ ...one, skipped: 3 }), '1 passed, 0 failed, 3 skipped');
});

test.run();
