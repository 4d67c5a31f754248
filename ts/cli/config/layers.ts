/** Layers of settings, one above the other, and what is wrong in them. Pure. */

import { printable } from '../../core/printable.js';
import { SETTINGS, type Setting } from './schema.js';

/** Strongest first. */
export const LAYERS = ['flag', 'file', 'remote', 'environment', 'default'] as const;
export type LayerName = (typeof LAYERS)[number];

/** One value, and where it was written. */
export interface Entry {
  readonly value: unknown;
  readonly layer: LayerName;
  /** `miner.yaml`, `https://host/miner.json`; `null` where the key alone says it. */
  readonly place: string | null;
  /** As it is written there: `threadCount`, `--threads`, `POW_NATIVE_THREADS`. */
  readonly key: string;
}

/** What one source of settings says: valid values, by path. */
export type Layer = ReadonlyMap<string, Entry>;

/** Something that cannot be used as given. */
export interface Problem {
  readonly layer: LayerName;
  readonly place: string | null;
  readonly key: string;
  /** `null`: no such setting, or not about one. */
  readonly setting: string | null;
  readonly expected: string;
  /** In short; `null` for a secret, and where there is nothing to show. */
  readonly got: string | null;
}

/** `threadCount (file miner.yaml): expected auto, 1 to 1024, or 1% to 100%, got 0`. */
export function problemText({ layer, place, key, expected, got }: Problem): string {
  const where = place === null ? layer : `${layer} ${place}`;
  return printable(`${key} (${where}): expected ${expected}${got === null ? '' : `, got ${got}`}`);
}

/** Every value that counts, by path: of the first layer that has it. Defaults are not in it. */
export function topmost(layers: readonly Layer[]): Layer {
  const merged = new Map<string, Entry>();
  for (const path of SETTINGS.keys()) {
    const entry = layers.find((layer) => layer.has(path))?.get(path);
    if (entry !== undefined) merged.set(path, entry);
  }
  return merged;
}

/** Collects the values of one source, each checked against its setting. */
export class LayerBuilder {
  readonly entries = new Map<string, Entry>();
  readonly problems: Problem[] = [];
  readonly #layer: LayerName;
  readonly #place: string | null;

  constructor(layer: LayerName, place: string | null) {
    this.#layer = layer;
    this.#place = place;
  }

  /**
   * @param key - as written
   * @param value - of the type that the schema wants
   * @param written - what it was before, where that is another thing
   */
  add(setting: Setting, key: string, value: unknown, written = value): void {
    const { path, meta, schema } = setting;
    const [layer, place] = [this.#layer, this.#place];
    const earlier = this.entries.get(path);
    if (earlier !== undefined) {
      this.refuse(key, `nothing beside ${earlier.key}, which is the same setting`, undefined, path);
      return;
    }
    if (meta.local && isFetched(layer, place)) {
      const expected = 'nothing: commands, child environments, paths and listeners are set here';
      this.refuse(key, `${expected}, not by a URL`, undefined, path);
      return;
    }
    const result = schema.safeParse(value);
    if (result.success) this.entries.set(path, { value: result.data, layer, place, key });
    else this.refuse(key, meta.expected, meta.secret ? undefined : written, path);
  }

  /** @param got - `undefined`: not shown */
  refuse(key: string, expected: string, got?: unknown, setting: string | null = null): void {
    const problem = { layer: this.#layer, place: this.#place, key, setting, expected };
    this.problems.push({ ...problem, got: got === undefined ? null : inShort(got) });
  }
}

/** By a URL: `--remote-config`, or a `--config-file` that is one. */
function isFetched(layer: LayerName, place: string | null): boolean {
  return layer === 'remote' || (layer === 'file' && isUrl(place ?? ''));
}

export function isUrl(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(text);
}

const LONGEST_SHOWN = 60;

/** A value of any kind in one short line. */
function inShort(value: unknown): string {
  const text = typeof value === 'string' ? value : json(value);
  const shown = printable(text.slice(0, LONGEST_SHOWN));
  return text.length > LONGEST_SHOWN ? `${shown}…` : shown === '' ? 'nothing' : shown;
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'a value that contains itself';
  }
}
