/** `npm run ready`: every test and every check. Run it before a change goes out; CI does. */

import { runChecks } from './checks.mjs';
import { afterSetUp } from './set-up.mjs';
import { runAllTests, runArmTests } from './test-runners.mjs';
import { installTestTools } from './test-tools.mjs';
import { closingLine, sum } from './totals.mjs';

await afterSetUp(async (checkout) => {
  await installTestTools(); // a package at a time: the Arm tests install some too
  const totals = sum((await Promise.all([checksAndArm(), runAllTests(checkout)])).flat());
  console.log(closingLine(totals));
  return totals.failed === 0 ? 0 : 1;
});

/** What is not in `npm test`, beside that: most of it runs on one core. */
async function checksAndArm() {
  return [...(await runChecks()), await runArmTests()];
}
