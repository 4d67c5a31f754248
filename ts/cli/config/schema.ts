/**
 * Every setting, once: types, checks, `--help`, the reference page and the JSON Schema come from
 * here. A section is an object of settings; a setting has a value, a default, and its facts.
 */

import { z } from 'zod';
import { WORKERS } from '../../workers/registry.js';
import { chaincoreSection } from './schema/chaincore.js';
import { chainwebSection } from './schema/chainweb.js';
import { clusterSection } from './schema/cluster.js';
import { poolSection } from './schema/pool.js';
import { auditSection, logSection, metricsSection, preemptionSection } from './schema/session.js';
import { tlsSection } from './schema/tls.js';
import { cpuSection, engineSection, workerSections } from './schema/workers.js';
import { META, optional, type SettingMeta, setting } from './setting.js';
import { oneOf, text, wholeNumber } from './values.js';

const SESSION = 'Of the session:';

export const schema = z.strictObject({
  source: optional(text('a scheme and a URL, like chainweb+https://HOST:PORT'), {
    description: 'where work comes from and solutions go',
    flag: '--source <url>',
    heading: SESSION,
    command: 'run',
  }),
  worker: setting(oneOf('cpu', ...WORKERS.map(({ name }) => name)), 'cpu', {
    description: 'what does the work',
    flag: '-w, --worker <name>',
    heading: SESSION,
  }),
  blocks: optional(wholeNumber(1, 1e9), {
    description: 'stop after so many accepted blocks',
    flag: '--blocks <n>',
    heading: SESSION,
    hot: true,
  }),
  chainweb: chainwebSection,
  chaincore: chaincoreSection,
  pool: poolSection,
  tls: tlsSection,
  engine: engineSection,
  cpu: cpuSection,
  ...workerSections,
  cluster: clusterSection,
  preemption: preemptionSection,
  log: logSection,
  audit: auditSection,
  metrics: metricsSection,
});

export type Settings = z.output<typeof schema>;

/** One setting, as tables and messages need it. */
export interface Setting {
  /** `engine.threads`. */
  readonly path: string;
  readonly schema: z.ZodType;
  /** `undefined`: it may be left out. */
  readonly fallback: unknown;
  readonly meta: SettingMeta;
  /** `--threads`. */
  readonly flag: string;
  /** `POW_NATIVE_THREADS`. */
  readonly variable: string;
  readonly shape: 'one' | 'list' | 'record';
}

/** Every setting by its path, in the order of the schema. */
export const SETTINGS: ReadonlyMap<string, Setting> = new Map(
  rowsOf(schema.shape, '').map((row) => [row.path, row]),
);

/** Paths of all settings but these: what a command has a use for. */
export function settingsWithout(leftOut: RegExp): ReadonlySet<string> {
  return new Set([...SETTINGS.keys()].filter((path) => !leftOut.test(path)));
}

/** Every section by its path; `''`: the top. */
export const SECTIONS: ReadonlySet<string> = new Set(
  [...SETTINGS.keys()].map((path) => path.slice(0, Math.max(0, path.lastIndexOf('.')))),
);

function rowsOf(shape: Readonly<Record<string, z.core.$ZodType>>, within: string): Setting[] {
  return Object.entries(shape).flatMap(([key, part]) => {
    const path = within === '' ? key : `${within}.${key}`;
    const section = part instanceof z.ZodPrefault ? part.unwrap() : part;
    if (section instanceof z.ZodObject) return rowsOf(section.shape, path);
    return [rowOf(path, part as z.ZodType)];
  });
}

function rowOf(path: string, whole: z.ZodType): Setting {
  const meta = META.get(whole);
  if (meta === undefined) throw new Error(`${path} has no facts`);
  const flag = /--[\w-]+/.exec(meta.flag)?.[0] ?? '';
  const inner =
    whole instanceof z.ZodDefault || whole instanceof z.ZodOptional ? whole.unwrap() : whole;
  return {
    ...{ path, meta, flag },
    schema: inner as z.ZodType,
    fallback: whole instanceof z.ZodDefault ? whole.def.defaultValue : undefined,
    variable: `POW_NATIVE_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`,
    shape: inner instanceof z.ZodArray ? 'list' : inner instanceof z.ZodRecord ? 'record' : 'one',
  };
}
