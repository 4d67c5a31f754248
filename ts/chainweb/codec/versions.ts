/** Networks: a code in every header, a name in every path of the node. */

import { badArgument } from '../../core/arguments.js';

/** Every network known; chainweb-node, `Chainweb.Version.*`. */
export const CHAINWEB_VERSIONS = [
  { code: 1, name: 'recap-development' },
  { code: 2, name: 'development' },
  { code: 5, name: 'mainnet01' },
  { code: 7, name: 'testnet04' },
  { code: 8, name: 'testnet06' },
  { code: 9, name: 'testnet05' },
  { code: 10, name: 'evm-testnet' },
  { code: 11, name: 'evm-development' },
] as const;

export type ChainwebVersionName = (typeof CHAINWEB_VERSIONS)[number]['name'];

/** @throws {@link PowError} `POW_ARGUMENT` for a code that no known network has */
export function chainwebVersionName(code: number): ChainwebVersionName {
  const row = CHAINWEB_VERSIONS.find((version) => version.code === code);
  if (row === undefined) throw badArgument('code', `one of ${list('code')}`, code);
  return row.name;
}

/** @throws {@link PowError} `POW_ARGUMENT` for a name that no known network has */
export function chainwebVersionCode(name: string): number {
  const row = CHAINWEB_VERSIONS.find((version) => version.name === name);
  if (row === undefined) throw badArgument('name', `one of ${list('name')}`, name);
  return row.code;
}

function list(column: 'code' | 'name'): string {
  return CHAINWEB_VERSIONS.map((version) => version[column]).join(', ');
}
