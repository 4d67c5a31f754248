/**
 * `npm test`: sets up, then runs every test. `npm test -- stratum cli/mine` runs only the test
 * files with one of these words in their path.
 */

import { afterSetUp } from './set-up.mjs';
import { runAllTests, runUvu, testFiles } from './test-runners.mjs';
import { closingLine } from './totals.mjs';

const words = process.argv.slice(2);

await afterSetUp(async (checkout) => {
  const totals = words.length === 0 ? await runAllTests(checkout) : await runUvu(selected());
  console.log(closingLine(totals));
  return totals.failed === 0 && totals.passed > 0 ? 0 : 1;
});

function selected() {
  return testFiles().filter((path) =>
    words.some((word) => path.replaceAll('\\', '/').includes(word)),
  );
}
