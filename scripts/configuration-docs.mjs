/** The reference page of all settings, and their JSON Schema for editors. Pure: schema in, text out. */

import { z } from 'zod';
import {
  chainwebMiningVariable,
  FLAG_ALIASES,
  FLAT_ALIASES,
  NESTED_ALIASES,
} from '../ts/cli/config/aliases.js';
import { SETTINGS, schema } from '../ts/cli/config/schema.js';

/** @typedef {import('../ts/cli/config/schema.js').Setting} Setting */

const INTRODUCTION = `# Configuration

Every setting of \`pow-native run\` and \`pow-native chainweb\`. Generated from the schema by \`npm run docs\`.

## Layers

The strongest layer that has a setting decides it, whole: lists are not joined.

1. **Flags.**
2. **Files**: \`--config-file\`, several, a later one counts more. YAML, JSON or TOML by their extension. An https URL given here ranks as a file, in its place.
3. **A URL**: \`--remote-config\`, by HTTPS (plain HTTP on the loopback interface alone).
4. **Environment**: \`POW_NATIVE_*\`, and \`CHAINWEB_MINING_*\` below them. Empty is as good as not set.
5. **Defaults.**

\`POW_NATIVE_CONFIG_FILE\` (several with commas) and \`POW_NATIVE_REMOTE_CONFIG\` stand in for the two flags. Environment variables have the syntax of their flags, lists with commas. \`pow-native config show\` prints every value and the layer that set it; \`pow-native config check\` prints all that is wrong. An unknown key or a bad value is an error that names the key, the layer and what was expected; all of them at once. An unknown \`POW_NATIVE_*\` variable is a warning, as orchestrators add variables named after services.

What comes from a URL is at most 64 KiB, within 10 s, without redirects. It may not set what is marked *local*: commands, child environments, paths and listeners. The last good copy is kept in \`XDG_CACHE_HOME\` (mode 0600) and used, with a warning, while the URL cannot be had or says something that cannot be used.

A file is at most 64 KiB, without duplicate keys.

\`\`\`yaml
# yaml-language-server: $schema=configuration.schema.json
source: chainweb+https://node.example:1848
worker: cpu
chainweb:
  publicKeys: [abababababababababababababababababababababababababababababababab]
  chains: 8
engine:
  threads: 75%
log:
  level: warn
\`\`\`

## Changes at run time

A changed file and SIGHUP read all layers again, the URL included. Everything is checked first; then what is marked *hot* is applied, and what else has changed is named as needing a restart. A layer that cannot be used, or a setting that cannot be applied, leaves the old settings in force, and says so. Every attempt is recorded in the audit file (JSON lines, mode 0600): time, setting, old and new value, outcome.
`;

/** @returns {string} Markdown */
export function configurationPage() {
  const sections = new Map();
  for (const setting of SETTINGS.values()) {
    const section = setting.path.includes('.') ? (setting.path.split('.')[0] ?? '') : '';
    sections.set(section, [...(sections.get(section) ?? []), setting]);
  }
  const tables = [...sections].map(([section, settings]) => {
    const title = section === '' ? 'Top level' : `\`${section}\``;
    return `### ${title}\n\n${settingTable(settings)}`;
  });
  return `${INTRODUCTION}\n## Settings\n\n${tables.join('\n\n')}\n\n${aliasPart()}\n`;
}

/** @param {readonly Setting[]} settings */
function settingTable(settings) {
  const head = ['Setting', 'Means', 'Value', 'Default', 'Flag', 'Environment', ''];
  const rows = settings.map((setting) => {
    const { path, meta, fallback, variable } = setting;
    const value = fallback === undefined ? '' : `\`${shown(fallback)}\``;
    const marks = [meta.hot && 'hot', meta.secret && 'secret', meta.local && 'local'];
    return [
      ...[`\`${path}\``, meta.description, meta.expected, value],
      ...[`\`${meta.flag}\``, `\`${variable}\``, marks.filter(Boolean).join(', ')],
    ];
  });
  return table(head, rows);
}

function aliasPart() {
  const flat = FLAT_ALIASES.map(({ key, path }) => [
    ...[`\`${key}\``, `\`${path}\``, `\`${chainwebMiningVariable(key)}\``],
  ]);
  const nested = NESTED_ALIASES.map(({ key, path }) => [`\`${key}\``, `\`${path}\``]);
  const flags = FLAG_ALIASES.map(({ flag, path }) => [`\`${flag}\``, `\`${path}\``]);
  return `## Names of other clients

Configuration files of other Chainweb mining clients work as they are. Both units and values are theirs: \`defaultHTTPTimeout\` is in microseconds, \`constantDelayBlockTime\` in seconds.

${table(['Flat key', 'Setting', 'Environment'], flat)}

${table(['Nested key', 'Setting'], nested)}

A worker's own keys may also stand beside \`worker.type\`: \`worker: { type: cpu, threads: 4 }\`.

${table(['Flag', 'Setting'], flags)}`;
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** @param {unknown} value */
function shown(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * @typedef {object} JsonSchema
 * @property {string} [type]
 * @property {string} [description]
 * @property {unknown} [default]
 * @property {readonly JsonSchema[]} [anyOf]
 * @property {Record<string, JsonSchema>} [properties]
 */

/** @returns {string} JSON Schema 2020-12 of a configuration file */
export function configurationSchema() {
  const { properties = {}, ...rest } = /** @type {JsonSchema} */ (
    z.toJSONSchema(schema, { io: 'input', metadata: z.registry() })
  );
  for (const { path, meta } of SETTINGS.values()) {
    const [section = '', name] = path.split('.');
    const part = name === undefined ? properties[section] : properties[section]?.properties?.[name];
    if (part !== undefined) part.description = `${meta.description}: ${meta.expected}`;
  }
  for (const section of Object.values(properties)) {
    if (section.type === 'object') delete section.default;
  }
  properties['$schema'] = { type: 'string' };
  for (const { key, path } of [...FLAT_ALIASES, ...NESTED_ALIASES]) {
    addAlias(properties, key.split('.'), path);
  }
  return `${JSON.stringify({ title: 'pow-native', ...rest, properties }, null, 2)}\n`;
}

/**
 * Adds another client's key. One that is also a section of theirs may be either.
 *
 * @param {Record<string, JsonSchema>} properties
 * @param {readonly string[]} names
 * @param {string} path
 */
function addAlias(properties, [name = '', ...rest], path) {
  if (rest.length === 0) {
    properties[name] ??= { description: `the same as ${path}` };
    return;
  }
  const present = properties[name];
  const section = present?.anyOf?.at(-1) ?? { type: 'object', properties: {} };
  properties[name] = { anyOf: [...(present?.anyOf?.slice(0, -1) ?? plain(present)), section] };
  addAlias(section.properties ?? {}, rest, path);
}

/** @param {JsonSchema | undefined} present */
function plain(present) {
  return present === undefined ? [] : [present];
}
