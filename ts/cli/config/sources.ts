/** The flags that say where settings come from; they are no settings themselves. */

import type { Command } from 'commander';
import { addSettingFlags, writeBack } from './flags.js';
import { type Config, loadConfig, type Sources } from './load.js';

interface SourceFlags {
  readonly configFile?: readonly string[];
  readonly remoteConfig?: string;
}

/** Makes settings of the command's flags, and adds those that it lacks. */
export function addConfigFlags(command: Command): void {
  addSettingFlags(command);
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

/**
 * Reads every layer, and makes `command.opts()` say what counts.
 *
 * @throws ConfigError with everything that is wrong
 */
export async function configure(command: Command): Promise<Config> {
  const config = await loadConfig(command, sourcesOf(command));
  writeBack(command, config.entries);
  return config;
}
