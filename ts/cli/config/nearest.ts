/** For a word that is not known: the known one that was probably meant. Pure. */

const LONGEST = 60;

/** `null` when nothing is close enough to be worth saying. */
export function nearest(word: string, known: readonly string[]): string | null {
  if (word.length > LONGEST) return null;
  const typed = flat(word);
  const [best] = known
    .map((name) => ({ name, distance: distanceOf(typed, flat(name)) }))
    .sort((left, right) => left.distance - right.distance);
  return best !== undefined && best.distance <= Math.max(1, word.length / 4) ? best.name : null;
}

/** `thread_count`, `threadCount` and `THREAD-COUNT` are one word spelled in three ways. */
function flat(word: string): string {
  return word.replace(/[^\da-z]/gi, '').toLowerCase();
}

/** Letters to add, drop or change (Levenshtein). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j += 1) {
      const changed = (row[j] ?? 0) + (other[j] === letter ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
