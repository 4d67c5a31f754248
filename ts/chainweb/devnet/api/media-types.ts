/** Which content types a request may have, and which its answer. */

interface MediaType {
  /** `application/json`, in lower case. */
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
}

function parseMediaType(text: string): MediaType {
  const [name = '', ...rest] = text.split(';').map((part) => part.trim().toLowerCase());
  const parameters = rest.map((part): [string, string] => {
    const [key = '', value = ''] = part.split('=');
    return [key.trim(), value.trim().replace(/^"(.*)"$/, '$1')];
  });
  return { name, parameters: new Map(parameters) };
}

/** Whether a body of this type is taken for `expected`; one without a type is a row of octets. */
export function isOfType(contentType: string | undefined, expected: string): boolean {
  return parseMediaType(contentType ?? 'application/octet-stream').name === expected;
}

/**
 * The best of the offers under an `Accept` header.
 *
 * @param offers - the default first
 * @returns `null` when none will do
 */
export function acceptable<T extends string>(
  accept: string | undefined,
  offers: readonly T[],
): T | null {
  const ranges = (accept ?? '*/*').split(',').map(parseMediaType);
  let best: T | null = null;
  let bestQuality = 0;
  for (const offer of offers) {
    const quality = qualityOf(parseMediaType(offer), ranges);
    if (quality <= bestQuality) continue;
    best = offer;
    bestQuality = quality;
  }
  return best;
}

/** What the most specific range that matches says. */
function qualityOf(offer: MediaType, ranges: readonly MediaType[]): number {
  let quality = 0;
  let mostSpecific = -1;
  for (const range of ranges) {
    const specific = specificity(offer, range);
    if (specific <= mostSpecific) continue;
    mostSpecific = specific;
    const stated = Number(range.parameters.get('q') ?? 1);
    quality = Number.isFinite(stated) ? stated : 0;
  }
  return quality;
}

/** How closely a range names an offer; -1 when it does not. */
function specificity(offer: MediaType, range: MediaType): number {
  if (range.name === '*/*') return 0;
  if (range.name === `${offer.name.split('/')[0]}/*`) return 1;
  if (range.name !== offer.name) return -1;
  let parameters = 0;
  for (const [key, value] of range.parameters) {
    if (key === 'q') break; // what follows belongs to Accept itself
    if (offer.parameters.get(key) !== value) return -1;
    parameters += 1;
  }
  return 2 + parameters;
}
