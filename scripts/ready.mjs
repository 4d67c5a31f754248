/** `npm run ready`: every test and every check. Run it before a change goes out; CI does. */

import { runChecks } from './checks.mjs';
import { afterSetUp } from './set-up.mjs';
import { runAllTests, runArmTests } from './test-runners.mjs';
import { closingLine, sum } from './totals.mjs';

await afterSetUp(async (checkout) => {
  const checks = await runChecks();
  const totals = sum([...checks, await runAllTests(checkout), await runArmTests()]);
  console.log(closingLine(totals));
  return totals.failed === 0 ? 0 : 1;
});
