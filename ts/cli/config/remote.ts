/** Configuration from a URL: HTTPS, bounded, and the last good copy for when it cannot be had. */

import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../message-of.js';
import { textLayer, tooLarge } from './file.js';
import { LayerBuilder, type LayerName, problemText } from './layers.js';
import { MOST_BYTES, type Syntax, syntaxOf } from './syntax.js';

const TIMEOUT_MS = 10_000;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;
const WHOLE = '(the whole answer)';

export interface RemoteHow {
  readonly layer: LayerName;
  /** Told when a cached copy is used instead. */
  readonly onNotice: (text: string) => void;
  /** Only what the server says now counts. */
  readonly fresh: boolean;
  /** For the whole answer. Default: 10,000. */
  readonly timeoutMs?: number;
}

/** Fetches it; or, when it cannot be had or cannot be used, takes the last copy that could. */
export async function remoteLayer(url: string, how: RemoteHow): Promise<LayerBuilder> {
  const place = shownUrl(url);
  const builder = new LayerBuilder(how.layer, place);
  const unfit = unfitUrl(url);
  if (unfit !== null) {
    builder.refuse(place, unfit);
    return builder;
  }
  const fetched = await fetchLayer(url, how, place);
  const [problem] = fetched.problems;
  if (problem === undefined) return fetched;
  const copy = how.fresh ? null : cachedLayer(url, how.layer, place);
  if (copy === null) return fetched;
  how.onNotice(`the last good copy is used: ${problemText(problem)}`);
  return copy;
}

/** Without what may be a secret. */
function shownUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

function unfitUrl(url: string): string | null {
  if (!URL.canParse(url)) return 'a URL';
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') return 'a URL without a user and a password';
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))) return null;
  return 'https:// (http:// on the loopback interface alone)';
}

async function fetchLayer(url: string, how: RemoteHow, place: string): Promise<LayerBuilder> {
  const { layer, timeoutMs = TIMEOUT_MS } = how;
  const builder = new LayerBuilder(layer, place);
  try {
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    if (answer.status !== 200) throw new Error(`status ${answer.status}`);
    const syntax = syntaxOf(new URL(url).pathname) ?? syntaxOfType(answer);
    if (syntax === null)
      throw new Error('neither its name nor its media type is YAML, JSON or TOML');
    const bytes = await bounded(answer);
    const read = textLayer(bytes, syntax, layer, place);
    if (read.problems.length === 0) keepCopy(url, syntax, bytes);
    return read;
  } catch (error) {
    builder.refuse(WHOLE, `an answer that can be used: ${reasonOf(error)}`);
    return builder;
  }
}

/** `fetch` says "fetch failed", and why in its cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : `${messageOf(error)}: ${messageOf(cause)}`;
}

function syntaxOfType(answer: Response): Syntax | null {
  const type = answer.headers.get('content-type') ?? '';
  return (['yaml', 'json', 'toml'] as const).find((name) => type.includes(name)) ?? null;
}

async function bounded(answer: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    parts.push(part as Uint8Array);
    size += (part as Uint8Array).length;
    if (size > MOST_BYTES) throw new Error(`expected ${tooLarge()}`);
  }
  return Buffer.concat(parts);
}

/** Under XDG_CACHE_HOME; a path of its own for each URL. */
function copyPath(url: string): string {
  const folder = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const name = createHash('sha256').update(url).digest('hex').slice(0, 32);
  return join(folder, 'pow-native', `config-${name}.json`);
}

/** A copy that cannot be kept is no reason to stop: the next start has to fetch. */
function keepCopy(url: string, syntax: Syntax, bytes: Uint8Array): void {
  const path = copyPath(url);
  const text = Buffer.from(bytes).toString('base64');
  try {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, JSON.stringify({ syntax, text }), { mode: 0o600 });
    chmodSync(draft, 0o600); // the mode above counts for a new file alone
    renameSync(draft, path);
  } catch {
    // as above
  }
}

function cachedLayer(url: string, layer: LayerName, place: string): LayerBuilder | null {
  try {
    const { syntax, text } = JSON.parse(readFileSync(copyPath(url), 'utf8')) as {
      syntax: Syntax;
      text: string;
    };
    const read = textLayer(Buffer.from(text, 'base64'), syntax, layer, place);
    return read.problems.length === 0 ? read : null;
  } catch {
    return null; // none, or not ours
  }
}
