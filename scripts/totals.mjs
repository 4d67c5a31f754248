/** How many tests ran: read from the closing lines of each runner, summed into one line of ours. */

/**
 * @typedef {object} Totals
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

/**
 * Sums the line that every test binary and doc test of `cargo test` ends with.
 *
 * @param {string} output
 * @param {number | null} exitCode
 * @returns {Totals}
 */
export function cargoTotals(output, exitCode) {
  const line = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm;
  const rows = [...output.matchAll(line)].map(([, passed, failed, ignored]) => ({
    passed: Number(passed),
    failed: Number(failed),
    skipped: Number(ignored),
  }));
  return blamed(sum(rows), exitCode);
}

/**
 * Reads how a uvu file closes. One that ran nothing has failed: it lacks `test.run()`.
 *
 * @param {string} output without colours
 * @param {number | null} exitCode
 * @returns {Totals}
 */
export function uvuTotals(output, exitCode) {
  const [total, passed, skipped] = ['Total', 'Passed', 'Skipped'].map((word) => {
    const lines = [...output.matchAll(new RegExp(`^ {2}${word}: +(\\d+)$`, 'gm'))];
    return Number(lines.at(-1)?.[1] ?? 0);
  });
  const totals = {
    passed: passed ?? 0,
    failed: (total ?? 0) - (passed ?? 0),
    skipped: skipped ?? 0,
  };
  return blamed(totals, totals.passed + totals.failed + totals.skipped === 0 ? 1 : exitCode);
}

/**
 * Reads the line that our own runners end with, as {@link closingLine} writes it. Without one,
 * nothing ran.
 *
 * @param {string} output
 * @param {number | null} exitCode
 * @returns {Totals}
 */
export function closingTotals(output, exitCode) {
  const line = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/m.exec(
    output.trimEnd().split('\n').at(-1) ?? '',
  );
  const [passed = 0, failed = 0, skipped = 0] = (line ?? []).slice(1).map((n) => Number(n ?? 0));
  return blamed({ passed, failed, skipped }, line === null ? 1 : exitCode);
}

/**
 * A runner that fails without a failed test (it did not compile, it crashed) counts as one.
 *
 * @param {Totals} totals
 * @param {number | null} exitCode
 */
function blamed(totals, exitCode) {
  return exitCode !== 0 && totals.failed === 0 ? { ...totals, failed: 1 } : totals;
}

/**
 * @param {readonly Totals[]} rows
 * @returns {Totals}
 */
export function sum(rows) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const row of rows) {
    total.passed += row.passed;
    total.failed += row.failed;
    total.skipped += row.skipped;
  }
  return total;
}

/**
 * The one line that says how it went: `12 passed, 0 failed, 1 skipped`.
 *
 * @param {Totals} totals
 */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
