/** Settings as flags: each flag of a command that is a setting is read as one layer of several. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import { FLAG_ALIASES } from './aliases.js';
import { fromTexts } from './from-text.js';
import { type Layer, LayerBuilder } from './layers.js';
import { SETTINGS, type Setting } from './schema.js';

type Parse = (text: string, before: unknown) => unknown;

/** A flag that sets something: the texts that were typed, and how one becomes a value. */
interface SettingFlag {
  readonly setting: Setting;
  readonly option: Option;
  /** The flag's own; `null`: by what the setting takes. */
  readonly parse: Parse | null;
  readonly convert: (value: unknown) => unknown;
}

/** The flags that {@link addSettingFlags} found or added, by command. */
const adopted = new WeakMap<Command, readonly SettingFlag[]>();

/** Adds the flags of settings that are in no section: what a session is about comes first. */
export function addOwnFlags(command: Command): void {
  for (const setting of SETTINGS.values()) {
    if (!setting.path.includes('.') && isWanted(command, setting)) added(command, setting);
  }
}

/**
 * Makes every setting a flag. One that the command has keeps its syntax; its words and its default
 * come from the schema, and its text is read later, together with the other layers.
 *
 * @param paths - of settings that the command has a use for; default: all
 */
export function addSettingFlags(command: Command, paths?: ReadonlySet<string>): void {
  const flags: SettingFlag[] = [];
  for (const setting of SETTINGS.values()) {
    if (paths?.has(setting.path) === false) continue;
    const present = optionNamed(command, setting.flag);
    if (present === undefined && !isWanted(command, setting)) continue;
    const option = present ?? added(command, setting);
    flags.push({ setting, option, parse: option.parseArg ?? null, convert: (value) => value });
    describe(option, setting);
  }
  for (const { flag, path, convert } of FLAG_ALIASES) {
    const [option, setting] = [optionNamed(command, flag), SETTINGS.get(path)];
    if (option === undefined || setting === undefined) continue;
    flags.push({ setting, option, parse: option.parseArg ?? null, convert });
  }
  for (const { option } of flags) {
    if (takesText(option)) option.parseArg = collected;
    command.setOptionValueWithSource(option.attributeName(), undefined, 'default');
  }
  adopted.set(command, flags);
}

/** A flag of one command alone is wanted there, and where settings are only looked at. */
function isWanted(command: Command, { meta }: Setting): boolean {
  const only = meta.command ?? command.name();
  return only === command.name() || command.name() === 'config';
}

/** The layer of what was typed. */
export function flagLayer(command: Command): LayerBuilder {
  const builder = new LayerBuilder('flag', null);
  for (const flag of adopted.get(command) ?? []) {
    const { setting, option } = flag;
    if (command.getOptionValueSource(option.attributeName()) !== 'cli') continue;
    const given = command.getOptionValue(option.attributeName()) as unknown;
    const key = option.long ?? setting.flag;
    if (Array.isArray(given)) addTexts(builder, flag, key, given as string[]);
    else builder.add(setting, key, given);
  }
  return builder;
}

/** Adds a text, as a flag or an environment variable has it, in the syntax of the flag. */
export function addTexts(
  builder: LayerBuilder,
  { setting, parse, convert }: SettingFlag,
  key: string,
  texts: readonly string[],
): void {
  try {
    const read = (before: unknown, text: string) => parse?.(text, before);
    const value =
      parse === null ? fromTexts(setting, texts) : texts.reduce(read, undefined as unknown);
    builder.add(setting, key, convert(value), texts.join(' '));
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    // In the unit of the flag, which the schema does not know.
    const [, words = setting.meta.expected] = /^Expected (.*)\.$/.exec(error.message) ?? [];
    const got = setting.meta.secret ? undefined : texts.join(' ');
    builder.refuse(key, words, got, setting.path);
  }
}

/** What sets the setting on this command; `undefined`: nothing does. */
export function settingFlag(command: Command, path: string): SettingFlag | undefined {
  return adopted.get(command)?.find(({ setting }) => setting.path === path);
}

/** Makes `command.opts()` say what counts, wherever it was set. */
export function writeBack(command: Command, entries: Layer): void {
  for (const { setting, option } of adopted.get(command) ?? []) {
    if (option.long !== setting.flag) {
      command.setOptionValueWithSource(option.attributeName(), undefined, 'default');
      continue;
    }
    const entry = entries.get(setting.path);
    const origin = entry === undefined ? 'default' : entry.layer === 'flag' ? 'cli' : 'config';
    const value = entry === undefined ? setting.fallback : entry.value;
    command.setOptionValueWithSource(option.attributeName(), value, origin);
  }
}

function optionNamed(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, negate }) => long === flag && !negate);
}

function added(command: Command, { meta }: Setting): Option {
  const option = new Option(meta.flag);
  command.optionsGroup(meta.heading).addOption(option);
  return option;
}

/** `--help` says what the schema says. */
function describe(option: Option, { meta, fallback }: Setting): void {
  option.description = meta.ofFlag ?? meta.description;
  option.default(fallback === false ? undefined : fallback);
  option.mandatory = false;
}

/** Every text of a flag that was given several times. */
function collected<T>(text: string, before: T): T {
  return [...((before as readonly string[] | undefined) ?? []), text] as T;
}

function takesText(option: Option): boolean {
  return option.required || option.optional;
}
