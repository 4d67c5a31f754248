/** `npm start`: from a fresh checkout to a proof of work on a real header, in one command. */

import { show } from './run-process.mjs';
import { afterSetUp } from './set-up.mjs';

await afterSetUp(() => show(process.execPath, ['scripts/mine-mainnet-header.mjs'], process.env));
