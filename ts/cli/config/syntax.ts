/** The text of a configuration file, turned into plain data. Bounded: no text makes it slow. */

import { parse as parseToml } from 'smol-toml';
import { parseDocument } from 'yaml';

/** Enough for every setting at its longest; the search for duplicate keys is quadratic. */
export const MOST_BYTES = 65_536;

export const SYNTAXES = ['yaml', 'json', 'toml'] as const;
export type Syntax = (typeof SYNTAXES)[number];

const EXTENSIONS: readonly (readonly [RegExp, Syntax])[] = [
  [/\.ya?ml$/i, 'yaml'],
  [/\.json$/i, 'json'],
  [/\.toml$/i, 'toml'],
];

/** By its extension; `null` for any other. */
export function syntaxOf(path: string): Syntax | null {
  return EXTENSIONS.find(([extension]) => extension.test(path))?.[1] ?? null;
}

/** What a text that cannot be read should have been. */
export class SyntaxProblem extends Error {
  override readonly name = 'SyntaxProblem';
}

/**
 * @returns plain objects, lists and values; `null` for an empty file
 * @throws {@link SyntaxProblem}
 */
export function parseSyntax(text: string, syntax: Syntax): unknown {
  try {
    if (isDeep(text)) throw new SyntaxProblem('less nesting');
    if (syntax === 'toml') return parseToml(text, { maxDepth: 16 });
    if (syntax === 'json') JSON.parse(text); // YAML takes more than JSON; but finds duplicate keys
    return parseYaml(text);
  } catch (error) {
    if (error instanceof SyntaxProblem) throw error;
    const [line] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new SyntaxProblem(`valid ${syntax.toUpperCase()}: ${line}`);
  }
}

/** More than settings need; parsers recurse, and one that runs out of stack may end the process. */
const MOST_NESTING = 50;

/** Counts brackets left open, wherever they stand, and list marks at the start of a line. */
function isDeep(text: string): boolean {
  let open = 0;
  let marks = 0;
  let atStart = true;
  for (const character of text) {
    if (character === '\n') [marks, atStart] = [0, true];
    else if (atStart && (character === '-' || character === '?')) marks += 1;
    else if (character !== ' ' && character !== '\t') atStart = false;
    if (character === '[' || character === '{') open += 1;
    if (character === ']' || character === '}') open -= 1;
    if (open > MOST_NESTING || marks > MOST_NESTING) return true;
  }
  return false;
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text, { version: '1.2', schema: 'core', strict: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined) throw problem;
  return document.toJS({ maxAliasCount: 100 });
}
