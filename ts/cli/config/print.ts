/** Settings as a configuration file, without the secret ones. Pure. */

import { stringify } from 'yaml';
import type { Config } from './load.js';
import { SETTINGS } from './schema.js';
import { type ShownSetting, shownSettings } from './show.js';

/**
 * @param form - `full`: what is set and what has a default; `minimal`: what differs from the
 *   defaults; `diff`: the same, with the defaults beside it
 */
export function printedConfig(config: Config, form: 'full' | 'minimal' | 'diff'): string {
  const all = shownSettings(config).filter(({ setting, value }) => {
    return value !== null && !SETTINGS.get(setting)?.meta.secret; // a mask is no value
  });
  if (form === 'full') return asYaml(all);
  const changed = all.filter(({ setting, value }) => !isDefault(setting, value));
  if (form === 'minimal') return asYaml(changed);
  return changed
    .map(({ setting, value }) => {
      const fallback = SETTINGS.get(setting)?.fallback;
      const before = fallback === undefined ? '' : `- ${setting}: ${JSON.stringify(fallback)}\n`;
      return `${before}+ ${setting}: ${JSON.stringify(value)}`;
    })
    .join('\n');
}

function isDefault(setting: string, value: unknown): boolean {
  return JSON.stringify(SETTINGS.get(setting)?.fallback) === JSON.stringify(value);
}

function asYaml(settings: readonly ShownSetting[]): string {
  const tree = new Map<string, unknown>();
  for (const { setting, value } of settings) {
    const [section = '', name] = setting.split('.');
    if (name === undefined) tree.set(section, value);
    else tree.set(section, { ...(tree.get(section) as object | undefined), [name]: value });
  }
  return tree.size === 0 ? '{}' : stringify(tree).trimEnd();
}
