import { bench } from './bench.js';
import { chaincore } from './chaincore.js';
import { chainweb } from './chainweb.js';
import { cluster } from './cluster.js';
import type { CommandRow } from './command.js';
import { config } from './config.js';
import { devnet } from './devnet.js';
import { doctor } from './doctor.js';
import { mine } from './mine.js';
import { run } from './run.js';
import { stratum } from './stratum.js';
import { top } from './top.js';

/** Every subcommand. The program, its help and the tests walk this table. */
export const COMMANDS: readonly CommandRow[] = [
  mine,
  run,
  chainweb,
  chaincore,
  stratum,
  cluster,
  top,
  devnet,
  bench,
  doctor,
  config,
];
