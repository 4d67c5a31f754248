/** A structured log line as people read it. Pure. */

interface Line {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
}

const COLOURS: Readonly<Record<string, string>> = { error: '\x1b[31m', warn: '\x1b[33m' };
const PLAIN = '\x1b[0m';

/**
 * @param line - JSON
 * @param where - a terminal gets the time of day, and colours unless NO_COLOR is set
 */
export function prettyLine(line: string, where: 'terminal' | 'text'): string {
  const { level, time, msg } = JSON.parse(line) as Line;
  const mark = level === 'error' || level === 'warn' ? `${level}: ` : '';
  if (where === 'text') return mark + msg;
  const colour = process.env['NO_COLOR'] ? undefined : COLOURS[level];
  const shown = colour === undefined ? mark : colour + mark + PLAIN;
  return `${clockTime(new Date(time))} ${shown}${msg}`;
}

/** `09:05:03`, as the clock on the wall says. */
function clockTime(date: Date): string {
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
