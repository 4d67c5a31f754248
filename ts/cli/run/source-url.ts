/** Where work comes from: `source` says it for any source, `node` for a Chainweb node. */

import { LAYERS } from '../config/layers.js';
import type { Config } from '../config/load.js';
import { UsageError } from '../exit.js';

/**
 * `chainweb+http://HOST:PORT`, of the two settings the one that the stronger layer has.
 *
 * @param command - `chainweb` falls back to a node on this machine
 * @throws UsageError
 */
export function sourceUrl(config: Config, command: 'run' | 'chainweb'): string {
  const { settings } = config;
  const ofNode = () => `chainweb+${nodeUrl(settings.chainweb.node, settings.chainweb.tls)}`;
  if (settings.source === undefined) {
    if (command === 'chainweb' || config.entries.has('chainweb.node')) return ofNode();
    throw new UsageError('--source', 'not specified: expected chainweb+http://HOST:PORT');
  }
  return rank(config, 'chainweb.node') < rank(config, 'source') ? ofNode() : settings.source;
}

function rank({ entries }: Config, path: string): number {
  return LAYERS.indexOf(entries.get(path)?.layer ?? 'default');
}

/** `HOST:PORT`, or a URL that says by itself whether it is TLS. */
function nodeUrl(node: string, tls: boolean): string {
  if (/^https?:\/\//i.test(node)) return node;
  const url = `${tls ? 'https' : 'http'}://${node}`;
  if (URL.canParse(url) && /:\d+$/.test(node)) return url;
  throw new UsageError('--node', `expected HOST:PORT or a URL, got ${node}`);
}
