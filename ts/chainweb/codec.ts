/** The Chainweb wire: headers, work, block hashes, versions. No I/O, no clock. */

export { blockHashOf } from './codec/block-hash.js';
export {
  type AdjacentParent,
  type ChainwebHeader,
  decodeHeader,
  decodeWorkHeader,
  encodeHeader,
  encodeWorkHeader,
  headerBytes,
  type WorkHeader,
  workHeaderBytes,
} from './codec/header.js';
export {
  CHAINWEB_VERSIONS,
  type ChainwebVersionName,
  chainwebVersionCode,
  chainwebVersionName,
} from './codec/versions.js';
export {
  type ChainwebWork,
  type ChainwebWorkOptions,
  chainwebWork,
  decodeWorkResponse,
  encodeWorkResponse,
  powHashOf,
  type WorkResponse,
} from './codec/work.js';
