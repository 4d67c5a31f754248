/** Numbers as people read them. Machines get the plain ones, with `--json`. */

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'] as const;

function scaled(value: number): { figure: string; prefix: string } {
  let rest = value;
  let step = 0;
  // 999.5 and not 1000: it would be shown as 1000 after rounding to three digits.
  while (rest >= 999.5 && step < PREFIXES.length - 1) {
    rest /= 1000;
    step += 1;
  }
  const prefix = PREFIXES[step] ?? '';
  if (rest >= 999.5) return { figure: value.toExponential(2), prefix: '' };
  if (step === 0) return { figure: String(Math.round(rest)), prefix };
  return { figure: rest.toPrecision(3), prefix };
}

/** `71300000` is `71.3 M`. */
export function count(value: number): string {
  const { figure, prefix } = scaled(value);
  return prefix === '' ? figure : `${figure} ${prefix}`;
}

/** `71300000` is `71.3 MH/s`. */
export function hashRate(hashesPerSecond: number): string {
  const { figure, prefix } = scaled(hashesPerSecond);
  return `${figure} ${prefix}H/s`;
}

/** The chance that `hashes` tries have met a goal that takes `expectedHashes` on average: 0 to 1. */
export function chanceSoFar(hashes: number, expectedHashes: number): number {
  return -Math.expm1(-hashes / expectedHashes);
}

/** `0.428` is `42.8 %`. Never rounds to a certainty that is not there. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0) return '0 %';
  if (value < 0.001) return '< 0.001 %';
  if (value > 99.9 && value < 100) return '> 99.9 %';
  return `${value < 1 ? value.toFixed(3) : value.toFixed(1)} %`;
}

/** How long something took, to the hundredth of a second while that matters. */
export function duration(milliseconds: number): string {
  return milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(2)} s` : elapsed(milliseconds);
}

/** `3723000` is `1:02:03`. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}
