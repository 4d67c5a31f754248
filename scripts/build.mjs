/** `npm run build`: packages, addon and `dist`, as far as they are not up to date. */

import { afterSetUp } from './set-up.mjs';

await afterSetUp(() => 0);
