#!/usr/bin/env node
import { EXIT } from './exit.js';
import { runProgram } from './program.js';

// `pow-native bench | head -1`: the reader left, so the rest is for nobody.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  process.stderr.write(`error: cannot write to stdout (${error.code ?? error.message})\n`);
  process.exit(EXIT.failed);
});
// Progress that nobody reads, or no room for it, is no reason to stop.
process.stderr.on('error', () => {});

// Set and not called: `process.exit` would cut off output that a pipe has not taken yet.
process.exitCode = await runProgram(process.argv.slice(2));
