/**
 * `npm test`: sets up, then runs every test. `npm test -- stratum cli/mine` runs only the test
 * files with one of these words in their path. `npm run test:slow` is the same for those that take
 * minutes.
 */

import { afterSetUp } from './set-up.mjs';
import { runAllTests, runSlowTests, runUvu, slowFiles, testFiles } from './test-runners.mjs';
import { closingLine } from './totals.mjs';

const slow = process.argv[2] === '--slow';
const words = process.argv.slice(slow ? 3 : 2);

await afterSetUp(async (checkout) => {
  const totals = await run(checkout);
  console.log(closingLine(totals));
  return totals.failed === 0 && totals.passed > 0 ? 0 : 1;
});

/** @param {import('./set-up.mjs').Checkout} checkout */
function run(checkout) {
  if (words.length > 0) return runUvu(selected());
  return slow ? runSlowTests() : runAllTests(checkout);
}

function selected() {
  return (slow ? slowFiles() : testFiles()).filter((path) =>
    words.some((word) => path.replaceAll('\\', '/').includes(word)),
  );
}
