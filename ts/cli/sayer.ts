import { printable } from '../core/printable.js';

/** Tells what happens to a node, on stdout: for machines one JSON object a line, else `lineOf` it. */
export function sayer<Said extends object>(
  json: boolean,
  lineOf: (said: Said) => string,
): (said: Said) => void {
  return (said) => {
    process.stdout.write(`${json ? JSON.stringify(said) : printable(lineOf(said))}\n`);
  };
}
