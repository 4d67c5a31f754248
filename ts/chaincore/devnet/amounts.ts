/** Amounts as whole units: 1e-8 of a coin, so that sums are exact where floats are not. */

import { badArgument } from '../../core/arguments.js';
import { type JsonValue, NumberText } from '../codec.js';

const DECIMALS = 8;
const UNITS = 10n ** BigInt(DECIMALS);
/** Above any supply; a double holds every amount below it to the unit or not at all. */
const MOST_UNITS = 10n ** 17n;

/**
 * @param value - a JSON number, 0 or more, of at most eight decimals
 * @throws {@link PowError} `POW_ARGUMENT`
 */
export function amountUnits(value: JsonValue | undefined, name: string): bigint {
  const text = value instanceof NumberText ? value.text : '';
  const [, whole = '', decimals = '', power = '0'] =
    /^(\d{1,20})(?:\.(\d{1,20}))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text) ?? [];
  const shift = Number(power) - decimals.length + DECIMALS;
  const digits = BigInt(`0${whole}${decimals}`);
  const scale = 10n ** BigInt(Math.abs(shift));
  const units = shift >= 0 ? digits * scale : digits / scale;
  const isExact = shift >= 0 || units * scale === digits;
  if (whole === '' || !isExact || units > MOST_UNITS) {
    throw badArgument(name, 'an amount from 0, of at most eight decimals', text || value);
  }
  return units;
}

/** As CPython would write the float: `50.0`. */
export function amountText(units: bigint): NumberText {
  const decimals = String(units % UNITS)
    .padStart(DECIMALS, '0')
    .replace(/0+$/, '');
  return new NumberText(`${units / UNITS}.${decimals || '0'}`);
}
