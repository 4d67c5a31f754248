// As ts/native/portable/worker-from-source.mjs: only used from source.
import { register } from 'tsx/esm/api';

register();
await import('./thread.ts');
