/** What must not be shown: the values of secret settings, and every text inside them. Pure. */

import type { Layer } from './layers.js';
import { SETTINGS } from './schema.js';

export function secretTexts(entries: Layer): readonly string[] {
  return [...entries].flatMap(([path, { value }]) =>
    SETTINGS.get(path)?.meta.secret ? textsIn(value) : [],
  );
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
