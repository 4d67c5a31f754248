// Node 20 cannot load worker.ts in a worker thread by itself, not even when the process runs
// under tsx. Only used from source; the compiled worker.js needs no help.
import { register } from 'tsx/esm/api';

register();
export default (await import('./worker.ts')).default;
