/**
 * Reads Prometheus' text format 0.0.4 and takes nothing that is not exactly so. Written from
 * "Exposition formats" of Prometheus' documentation; it shares no code with what writes it.
 */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const NUMBER = /^[+-]?(\d+(\.\d+)?([eE][+-]?\d+)?|Inf)$|^NaN$/;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};

/** Every family by its name. Throws at the first thing that is wrong. */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, Family & { samples: Sample[] }>();
  const series = new Set<string>();
  let open: (Family & { samples: Sample[] }) | null = null;
  let help: { name: string; text: string } | null = null;
  for (const line of text.slice(0, -1).split('\n')) {
    const wrong = (why: string) => new Error(`${why}: ${JSON.stringify(line)}`);
    if (/[\p{Cc}\p{Cs}]/u.test(line)) throw wrong('a control character');
    if (line === '') continue;
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment !== null) {
      const [, what, name = '', rest = ''] = comment;
      if (!NAME.test(name) || families.has(name)) throw wrong('a name, or a name twice');
      if (what === 'HELP') {
        help = { name, text: unescaped(rest, /\\(\\|n)/g) };
      } else {
        if (help?.name !== name || SUFFIXES[rest] === undefined) throw wrong('a type');
        open = { name, help: help.text, type: rest, samples: [] };
        families.set(name, open);
      }
      continue;
    }
    const { name, labels, value } = sampleOf(line, wrong);
    const family = open;
    if (family === null) throw wrong('a sample before its type');
    if (!SUFFIXES[family.type]?.some((suffix) => family.name + suffix === name)) {
      throw wrong(`a sample below ${family.name}`);
    }
    const id = JSON.stringify([name, ...Object.entries(labels).map(String).sort()]);
    if (series.has(id)) throw wrong('a series twice');
    series.add(id);
    family.samples.push({ name, labels, value });
  }
  for (const family of families.values()) checkFamily(family);
  return families;
}

function sampleOf(line: string, wrong: (why: string) => Error): Sample {
  const [, name = '', inBraces, number = ''] = /^([^ {]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (!NAME.test(name) || !NUMBER.test(number)) throw wrong('a sample');
  const labels: Record<string, string> = {};
  let rest = inBraces ?? '';
  while (rest !== '') {
    const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(,|$)/.exec(rest);
    if (label?.[1] === undefined || Object.hasOwn(labels, label[1])) throw wrong('a label');
    labels[label[1]] = unescaped(label[2] ?? '', /\\([\\"n])/g);
    rest = rest.slice(label[0].length);
  }
  return { name, labels, value: Number(number.replace('Inf', 'Infinity')) };
}

function unescaped(text: string, escapes: RegExp): string {
  return text.replace(escapes, (_, character: string) => (character === 'n' ? '\n' : character));
}

/** The rules of naming, and those of histograms. */
function checkFamily({ name, type, samples }: Family): void {
  if (name.endsWith('_total') !== (type === 'counter')) throw new Error(`${name} is a ${type}`);
  if (type === 'gauge') return;
  for (const { value } of samples) if (!(value >= 0)) throw new Error(`${name} is ${value}`);
  if (type !== 'histogram') return;
  const keyOf = ({ labels: { le: _, ...rest } }: Sample) => JSON.stringify(rest);
  for (const labels of new Set(samples.map(keyOf))) {
    const group = samples.filter((sample) => keyOf(sample) === labels);
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map((bucket) => Number(bucket.labels['le']?.replace('Inf', 'Infinity')));
    const counts = buckets.map(({ value }) => value);
    const [sum, count] = ['_sum', '_count'].map((end) => group.find((s) => s.name === name + end));
    const ascends = (list: readonly number[]) =>
      list.every((item, i) => i === 0 || item >= (list[i - 1] ?? 0));
    if (
      sum === undefined ||
      counts.at(-1) !== count?.value ||
      bounds.at(-1) !== Number.POSITIVE_INFINITY ||
      new Set(bounds).size !== bounds.length ||
      !ascends(bounds) ||
      !ascends(counts)
    ) {
      throw new Error(`${name}${labels} is no histogram`);
    }
  }
}
