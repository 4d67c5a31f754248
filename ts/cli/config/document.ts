/** Plain data of a file, as a layer of settings. Pure. */

import { type Alias, FLAT_ALIASES, NESTED_ALIASES, NO_SETTING } from './aliases.js';
import { LayerBuilder, type LayerName } from './layers.js';
import { nearest } from './nearest.js';
import { SECTIONS, SETTINGS } from './schema.js';

/** More wrong keys than anybody wants to read. */
const MOST_PROBLEMS = 100;

const ALIASES: ReadonlyMap<string, Alias> = new Map(
  [...FLAT_ALIASES, ...NESTED_ALIASES].map((alias) => [alias.key, alias]),
);

/** Objects that hold settings, ours and other clients'. */
const OBJECTS: ReadonlySet<string> = new Set(
  [...SECTIONS, ...[...ALIASES.keys()].flatMap(prefixesOf)].filter((path) => path !== ''),
);

/** `worker.cpu.threads` is in `worker` and in `worker.cpu`. */
function prefixesOf(key: string): readonly string[] {
  const parts = key.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'));
}

/**
 * @param data - as parsed; `null`: an empty file
 * @param place - `miner.yaml`
 */
export function documentLayer(data: unknown, layer: LayerName, place: string): LayerBuilder {
  const builder = new LayerBuilder(layer, place);
  if (data === null || data === undefined) return builder;
  if (isObject(data)) addAll(builder, data, '');
  else builder.refuse('(the whole file)', 'settings by name', data);
  return builder;
}

function addAll(builder: LayerBuilder, data: object, within: string): void {
  for (const [name, value] of Object.entries(data)) {
    if (builder.problems.length >= MOST_PROBLEMS) return;
    if (within === '' && name === '$schema') continue; // for editors
    if (within === '' && name === NO_SETTING && value === false) continue;
    // A key with a dot is no path: `engine.threads: 4` is not `engine: { threads: 4 }`.
    const key = within === '' ? name : `${within}.${name}`;
    if (name.includes('.')) builder.refuse(key, known(within));
    else if (OBJECTS.has(key) && isObject(value)) addAll(builder, unwrapped(key, value), key);
    else addOne(builder, key, value, within);
  }
}

function addOne(builder: LayerBuilder, key: string, value: unknown, within: string): void {
  if (key === NO_SETTING) {
    builder.refuse(key, 'false: pow-native chainweb --generate-key makes a key', value);
    return;
  }
  const alias = ALIASES.get(key);
  const setting = SETTINGS.get(alias?.path ?? key);
  if (setting !== undefined) builder.add(setting, key, alias?.convert?.(value) ?? value);
  else if (OBJECTS.has(key))
    builder.refuse(key, `settings by name: ${namesIn(key).join(', ')}`, value);
  else builder.refuse(key, known(within, key));
}

/** `worker: { type: cpu, threads: 4 }` is `worker: { type: cpu, cpu: { threads: 4 } }`. */
function unwrapped(key: string, value: object): object {
  const type = Object.hasOwn(value, 'type') ? (value as { type: unknown }).type : undefined;
  if (key !== 'worker' || typeof type !== 'string' || !OBJECTS.has(`worker.${type}`)) return value;
  const own = Object.entries(value).filter(
    ([name]) => name !== 'type' && !OBJECTS.has(`worker.${name}`),
  );
  const rest = Object.entries(value).filter(([name]) => OBJECTS.has(`worker.${name}`));
  const section = isObject(Object.fromEntries(rest)[type]) ? Object.fromEntries(rest)[type] : {};
  return { type, ...Object.fromEntries(rest), [type]: { ...Object.fromEntries(own), ...section } };
}

/** What an unknown key should have been. */
function known(within: string, key?: string): string {
  const names = namesIn(within);
  const close = key === undefined ? null : nearest(key, [...SETTINGS.keys(), ...ALIASES.keys()]);
  const where = within === '' ? '' : ` in ${within}`;
  return `a known setting${close === null ? '' : ` (${close}?)`}: one of ${names.join(', ')}${where}`;
}

function namesIn(section: string): readonly string[] {
  const prefix = section === '' ? '' : `${section}.`;
  const ours = section === '' || SECTIONS.has(section) ? [...SETTINGS.keys()] : [...ALIASES.keys()];
  const names = ours
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length).split('.')[0] ?? '');
  return [...new Set(names)];
}

function isObject(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}
