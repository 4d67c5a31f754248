/** All layers of a command's settings, read, checked and laid one above the other. */

import type { Command } from 'commander';
import { type Environment, environmentLayers, unknownVariables } from './environment.js';
import { fileLayer } from './file.js';
import {
  isUrl,
  type Layer,
  type LayerBuilder,
  type Problem,
  problemText,
  topmost,
} from './layers.js';
import { type RemoteHow, remoteLayer } from './remote.js';
import { SETTINGS, type Settings, schema } from './schema.js';
import { asRead, type ReadFile } from './watch.js';

export interface Config {
  readonly settings: Settings;
  /** What was set, by path, and where. */
  readonly entries: Layer;
  /** Worth a word. */
  readonly notices: readonly string[];
  /** Files on this machine that it was read from. */
  readonly files: readonly ReadFile[];
}

/** Settings that cannot be used; nothing has begun yet. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemText).join('\n'));
    this.problems = problems;
  }
}

/** Where settings are looked for, besides flags. */
export interface Sources {
  /** Paths and https URLs; a later one counts more. */
  readonly files: readonly string[];
  readonly remote: string | null;
  readonly environment: Environment;
  /** No cached copy of what cannot be fetched. */
  readonly fresh: boolean;
}

/**
 * @param command - has the syntax of settings that come as text
 * @param flags - what was typed
 * @returns rejects with a {@link ConfigError} that has everything that is wrong
 */
export async function loadConfig(
  command: Command,
  flags: LayerBuilder,
  sources: Sources,
): Promise<Config> {
  const notices = [...unknownVariables(sources.environment)];
  const onNotice = (text: string) => notices.push(text);
  const { fresh, remote } = sources;
  const local = sources.files.filter((path) => !isUrl(path)).map(asRead);
  const files = await Promise.all(
    sources.files.map((path) => oneFile(path, { layer: 'file', fresh, onNotice })),
  );
  const builders = [
    flags,
    ...files.toReversed(),
    ...(remote === null ? [] : [await remoteLayer(remote, { layer: 'remote', fresh, onNotice })]),
    ...environmentLayers(command, sources.environment),
  ];
  const problems = builders.flatMap((builder) => builder.problems);
  if (problems.length > 0) throw new ConfigError(problems);
  const entries = topmost(builders.map((builder) => builder.entries));
  return { settings: settingsOf(entries), entries, notices, files: local };
}

async function oneFile(path: string, how: RemoteHow): Promise<LayerBuilder> {
  return isUrl(path) ? remoteLayer(path, how) : fileLayer(path);
}

/** With defaults where nothing was set. */
function settingsOf(entries: Layer): Settings {
  const tree: Record<string, unknown> = {};
  for (const [path, { value }] of entries) {
    const [section, name] = path.split('.');
    if (section === undefined || !SETTINGS.has(path)) continue;
    if (name === undefined) tree[section] = value;
    else tree[section] = { ...(tree[section] as object | undefined), [name]: value };
  }
  return schema.parse(tree);
}
