/** ChainCore's JSON: the text that is hashed, templates, transactions. No I/O, no clock. */

export {
  BLOCK_LAYOUTS,
  type BlockFields,
  type BlockLayout,
  type BlockText,
  blockText,
  type ChaincoreWork,
  chaincoreHash,
  chaincoreWork,
  difficultyTarget,
  meetsDifficulty,
} from './codec/block-text.js';
export {
  type JsonObject,
  type JsonValue,
  NumberText,
  parseJson,
} from './codec/json.js';
export { type DumpOptions, dumpJson } from './codec/python-json.js';
export {
  type BlockTemplate,
  decodeTemplate,
  decodeTemplateResponse,
  solvedBlockJson,
} from './codec/template.js';
export { merkleRootOf, transactionId } from './codec/transactions.js';
