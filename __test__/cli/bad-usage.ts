/** Command lines that cannot be used: each is told in words, before any work starts. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runHere } from './program.js';

/** Arguments, the flag (or word) to be named, and a piece of what was expected. */
export type BadUsage = readonly [args: readonly string[], named: string, expected: string];

/** One test for each row. */
export function testBadUsage(rows: readonly BadUsage[]): void {
  for (const [args, named, expected] of rows) {
    const title = args.map((text) => (text.length > 24 ? `${text.slice(0, 20)}…` : text)).join(' ');
    test(`bad usage names ${named} and what was expected: ${title}`, async () => {
      const { code, stdout, stderr } = await runHere(args);
      assert.is(code, 2, stderr);
      assert.is(stdout, '');
      assert.ok(stderr.includes(named), stderr);
      assert.ok(stderr.includes(expected), stderr);
    });
  }
}
