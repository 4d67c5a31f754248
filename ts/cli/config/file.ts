/** A configuration file on this machine, as a layer. */

import { readFileSync, statSync } from 'node:fs';
import { documentLayer } from './document.js';
import { LayerBuilder, type LayerName } from './layers.js';
import { MOST_BYTES, parseSyntax, type Syntax, SyntaxProblem, syntaxOf } from './syntax.js';

const WHOLE = '(the whole file)';

/** What cannot be read, or makes no sense, is a problem of the layer. */
export function fileLayer(path: string): LayerBuilder {
  const builder = new LayerBuilder('file', path);
  const syntax = syntaxOf(path);
  if (syntax === null) {
    builder.refuse(WHOLE, 'a name that ends in .yaml, .yml, .json or .toml', path);
    return builder;
  }
  const read = bytesOf(path);
  if (typeof read !== 'string') return textLayer(read, syntax, 'file', path);
  builder.refuse(WHOLE, read);
  return builder;
}

/** What it should have been, where it cannot be read. */
function bytesOf(path: string): Uint8Array | string {
  try {
    const facts = statSync(path);
    if (!facts.isFile()) return 'a regular file';
    return facts.size > MOST_BYTES ? tooLarge() : readFileSync(path);
  } catch (error) {
    return `a file that can be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

export function tooLarge(): string {
  return `at most ${MOST_BYTES} bytes`;
}

/** Bytes from anywhere, as a layer. */
export function textLayer(
  bytes: Uint8Array,
  syntax: Syntax,
  layer: LayerName,
  place: string,
): LayerBuilder {
  const builder = new LayerBuilder(layer, place);
  try {
    if (bytes.length > MOST_BYTES) throw new SyntaxProblem(tooLarge());
    return documentLayer(parseSyntax(decoded(bytes), syntax), layer, place);
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    builder.refuse(WHOLE, error.message);
    return builder;
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new SyntaxProblem('UTF-8 text');
  }
}
