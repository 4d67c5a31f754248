/** Settings in the environment: `POW_NATIVE_*`, and `CHAINWEB_MINING_*` below them. */

import type { Command } from 'commander';
import { type Alias, chainwebMiningVariable, FLAT_ALIASES } from './aliases.js';
import { addTexts, settingFlag } from './flags.js';
import { fromText } from './from-text.js';
import { LayerBuilder } from './layers.js';
import { nearest } from './nearest.js';
import { SETTINGS, type Setting } from './schema.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables of ours that are no settings of a session. */
const OTHER_VARIABLES = [
  'POW_NATIVE_SEED',
  'POW_NATIVE_CONFIG_FILE',
  'POW_NATIVE_REMOTE_CONFIG',
] as const;

/** Each in the syntax of its flag; lists with commas. Empty is as good as not set. */
export function environmentLayers(command: Command, environment: Environment): LayerBuilder[] {
  const own = new LayerBuilder('environment', null);
  for (const setting of SETTINGS.values()) {
    const text = environment[setting.variable];
    if (!text) continue;
    const flag = settingFlag(command, setting.path);
    const texts = setting.shape === 'list' ? text.split(',').map((part) => part.trim()) : [text];
    if (flag === undefined) own.add(setting, setting.variable, fromText(setting, text));
    else addVariable(own, setting, text, () => addTexts(own, flag, setting.variable, texts));
  }
  const official = new LayerBuilder('environment', null);
  for (const { key, path, convert } of FLAT_ALIASES) {
    const [variable, setting] = [chainwebMiningVariable(key), SETTINGS.get(path)];
    const text = environment[variable];
    if (!text || setting === undefined) continue;
    official.add(setting, variable, officialValue(setting, text, convert));
  }
  return [own, official];
}

/** JSON is taken as it is, and so is a switch, which has no text as a flag. */
function addVariable(
  own: LayerBuilder,
  setting: Setting,
  text: string,
  otherwise: () => void,
): void {
  const value = fromText(setting, text);
  if (typeof value === 'boolean' || /^[[{]/.test(text)) own.add(setting, setting.variable, value);
  else otherwise();
}

/** In the unit of the official key, which is not always that of ours. */
function officialValue(setting: Setting, text: string, convert: Alias['convert']): unknown {
  if (convert === undefined) return fromText(setting, text);
  const readings = [convert(text), convert(Number(text))];
  return readings.find((value) => setting.schema.safeParse(value).success) ?? text;
}

/**
 * `POW_NATIVE_*` variables that nothing reads. Worth a word and no error: orchestrators add
 * variables of their own, named after a service.
 */
export function unknownVariables(environment: Environment): readonly string[] {
  const known = [...[...SETTINGS.values()].map(({ variable }) => variable), ...OTHER_VARIABLES];
  return Object.keys(environment)
    .filter((name) => name.startsWith('POW_NATIVE_') && !known.includes(name))
    .map((name) => {
      const close = nearest(name, known);
      return close === null ? `${name} is no setting` : `${name} is no setting: ${close}?`;
    });
}
