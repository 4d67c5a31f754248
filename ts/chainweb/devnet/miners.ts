/** Who may ask for work: the node compares the whole of what a miner says about itself. */

/** The JSON body of `/mining/work`. */
export interface Miner {
  readonly account: string;
  readonly predicate: string;
  /** A set: the order does not matter. */
  readonly publicKeys: readonly string[];
}

/** One text for one miner, whatever the order of its keys. */
export function minerIdentity({ account, predicate, publicKeys }: Miner): string {
  return JSON.stringify([account, predicate, [...new Set(publicKeys)].sort()]);
}

/** @returns what is wrong with it, or the miner */
export function parseMiner(json: string): Miner | string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return 'the body is not JSON';
  }
  if (typeof value !== 'object' || value === null) return 'expected a miner object';
  const { account, predicate, 'public-keys': publicKeys } = value as Record<string, unknown>;
  if (typeof account !== 'string') return 'key "account" not found, or not a string';
  if (typeof predicate !== 'string') return 'key "predicate" not found, or not a string';
  if (!Array.isArray(publicKeys) || !publicKeys.every((key) => typeof key === 'string')) {
    return 'key "public-keys" not found, or not an array of strings';
  }
  return { account, predicate, publicKeys };
}
