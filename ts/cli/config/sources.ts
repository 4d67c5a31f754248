/** The flags that say where settings come from; they are no settings themselves. */

import type { Command } from 'commander';
import { UsageError } from '../exit.js';
import { addSettingFlags, flagLayer, writeBack } from './flags.js';
import { type Config, loadConfig, type Sources } from './load.js';
import { SETTINGS } from './schema.js';

interface SourceFlags {
  readonly configFile?: readonly string[];
  readonly remoteConfig?: string;
}

/**
 * Makes settings of the command's flags, and adds those that it lacks.
 *
 * @param paths - as {@link addSettingFlags}
 */
export function addConfigFlags(command: Command, paths?: ReadonlySet<string>): void {
  addSettingFlags(command, paths);
  command
    .optionsGroup('Configuration:')
    .option(
      '--config-file <path|url>',
      'settings in YAML, JSON or TOML; repeatable, a later one counts more',
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option('--remote-config <url>', 'settings from an https URL, below files');
}

/** What the command line and the environment name. */
export function sourcesOf(command: Command, fresh = false): Sources {
  const { configFile, remoteConfig } = command.opts<SourceFlags>();
  const { env } = process;
  const named = env['POW_NATIVE_CONFIG_FILE'];
  return {
    files: configFile ?? (named ? named.split(',') : []),
    remote: remoteConfig ?? (env['POW_NATIVE_REMOTE_CONFIG'] || null),
    environment: env,
    fresh,
  };
}

/** Settings, and how they are read again. */
export interface Configured {
  readonly config: Config;
  readonly load: () => Promise<Config>;
}

/**
 * Reads every layer, makes `command.opts()` say what counts, and runs with that.
 *
 * @returns rejects with a ConfigError that has everything that is wrong
 */
export async function withConfig<T>(
  command: Command,
  use: (configured: Configured) => Promise<T>,
): Promise<T> {
  const [flags, sources] = [flagLayer(command), sourcesOf(command)];
  const load = () => loadConfig(command, flags, sources);
  const config = await load();
  writeBack(command, config.entries);
  try {
    return await use({ config, load });
  } catch (error) {
    throw whereSet(error, config);
  }
}

/**
 * The same error under the name that the setting has where it was set: an account in a file is
 * not to be looked for among the flags.
 */
function whereSet(error: unknown, { entries }: Config): unknown {
  if (!(error instanceof UsageError)) return error;
  const setting = [...SETTINGS.values()].find(({ flag }) => flag === error.flag);
  const entry = entries.get(setting?.path ?? '');
  if (entry === undefined || entry.layer === 'flag') return error;
  const { key, layer, place } = entry;
  return new UsageError(`${key} (${place === null ? layer : `${layer} ${place}`})`, error.expected);
}
