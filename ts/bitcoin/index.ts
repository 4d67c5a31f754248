/** `@org/pow-native/bitcoin`: headers, targets, Merkle roots and coinbases of Bitcoin. No I/O. */

export { type Compact, decodeCompact } from '../core/difficulty.js';
export { type CoinbaseParts, coinbaseBytes, coinbaseHash, encodeExtranonce } from './coinbase.js';
export { fromDisplayHex, toDisplayHex } from './display.js';
export { type BitcoinHeader, blockHashOf, decodeHeader, encodeHeader } from './header.js';
export { coinbaseBranch, foldBranch, merkleRoot } from './merkle.js';
export { difficultyOf, encodeCompact } from './nbits.js';
export { rolledVersion, versionBits, versionVariants } from './version-rolling.js';
export { type BitcoinWork, type BitcoinWorkOptions, bitcoinWork } from './work.js';
