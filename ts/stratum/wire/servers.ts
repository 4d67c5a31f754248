/** Both dialects, server side. */

import type { DialectName } from '../jobs/template.js';
import type { ServerDialect } from './answers.js';
import { bitcoinServer, bitcoinShare } from './bitcoin-server.js';
import { chainwebServer, chainwebShare } from './chainweb-server.js';
import type { ShareReader } from './requests.js';

export const SERVER_DIALECTS: Readonly<
  Record<DialectName, ServerDialect & { readonly shareOf: ShareReader }>
> = {
  bitcoin: { ...bitcoinServer, shareOf: bitcoinShare },
  chainweb: { ...chainwebServer, shareOf: chainwebShare },
};
