import { bench } from './bench.js';
import { chainweb } from './chainweb.js';
import type { CommandRow } from './command.js';
import { config } from './config.js';
import { devnet } from './devnet.js';
import { doctor } from './doctor.js';
import { mine } from './mine.js';
import { run } from './run.js';

/** Every subcommand. The program, its help and the tests walk this table. */
export const COMMANDS: readonly CommandRow[] = [mine, run, chainweb, devnet, bench, doctor, config];
