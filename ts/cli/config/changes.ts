/** What differs between the settings in force and those just read. Pure. */

import { SETTINGS, type Setting, type Settings } from './schema.js';
import { masked } from './show.js';

export interface Change {
  readonly setting: Setting;
  readonly before: unknown;
  readonly after: unknown;
}

export function changesBetween(before: Settings, after: Settings): readonly Change[] {
  return [...SETTINGS.values()]
    .map((setting) => ({
      setting,
      before: valueAt(before, setting.path),
      after: valueAt(after, setting.path),
    }))
    .filter((change) => JSON.stringify(change.before) !== JSON.stringify(change.after));
}

/** The same settings with these changes made. */
export function withChanges(settings: Settings, changes: readonly Change[]): Settings {
  let changed: Record<string, unknown> = { ...settings };
  for (const { setting, after } of changes) {
    const [section = '', name] = setting.path.split('.');
    const value = name === undefined ? after : { ...(changed[section] as object), [name]: after };
    changed = { ...changed, [section]: value };
  }
  return changed as Settings;
}

function valueAt(settings: Settings, path: string): unknown {
  return path
    .split('.')
    .reduce(
      (part, name) => (part as Record<string, unknown> | undefined)?.[name],
      settings as unknown,
    );
}

/** `log.level: info -> debug`, secrets masked. */
export function changeText({ setting, before, after }: Change): string {
  const [old, now] = [before, after].map((value) => {
    const shown = masked(setting, value);
    return typeof shown === 'string' ? shown : (JSON.stringify(shown) ?? 'not set');
  });
  return `${setting.path}: ${old} -> ${now}`;
}
