/** Settings with the layer of every value, for people and machines. Secrets are masked. */

import { printable } from '../../core/printable.js';
import { textTable } from '../table.js';
import type { LayerName } from './layers.js';
import type { Config } from './load.js';
import { SETTINGS, type Setting } from './schema.js';

const MASK = '********';

export interface ShownSetting {
  readonly setting: string;
  /** `null`: it is not set, and has no default. */
  readonly value: unknown;
  readonly layer: LayerName;
  /** The file or the URL. */
  readonly place: string | null;
  /** As it was written there. */
  readonly key: string | null;
}

export function shownSettings({ entries }: Config): readonly ShownSetting[] {
  return [...SETTINGS.values()].map((setting) => {
    const entry = entries.get(setting.path);
    const value = entry === undefined ? (setting.fallback ?? null) : masked(setting, entry.value);
    const { layer = 'default', place = null, key = null } = entry ?? {};
    return { setting: setting.path, value, layer, place, key };
  });
}

/** What may be shown of a value. */
export function masked({ meta }: Setting, value: unknown): unknown {
  return meta.secret && value !== undefined && value !== null ? MASK : value;
}

export function showText(config: Config): string {
  const rows = shownSettings(config).map(({ setting, value, layer, place, key }) => {
    const text = value === null ? '-' : typeof value === 'string' ? value : JSON.stringify(value);
    const where = [layer, place, key === setting ? null : key].filter((part) => part !== null);
    return [setting, printable(text), printable(where.join(' '))];
  });
  return textTable(['setting', 'value', 'set by'], rows);
}
