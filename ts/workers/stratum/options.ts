/** The options of the worker, as flags and files have them, made into those of a server. */

import { badArgument, requireInteger, requireObject, requireOneOf } from '../../core/arguments.js';
import type {
  DialectName,
  ShareDifficulty,
  StratumPort,
  StratumServerOptions,
} from '../../stratum/index.js';
import { listenHost, pemOf } from '../option-values.js';
import type { WorkerHow } from '../row.js';

export interface StratumWorkerOptions {
  /** Where it listens: an address, a name, or `*` for everywhere. Default: `*`. */
  readonly host?: string | undefined;
  /** 0: any that is free. Default: 1917. */
  readonly port?: number | undefined;
  /** More of them, as `[tls:]PORT[=BITS]`: with `auto` shares begin at so many zero bits there. */
  readonly ports?: readonly string[] | undefined;
  /** What devices speak. Default: `chainweb`. */
  readonly dialect?: DialectName | undefined;
  /** `auto`, `block`, or leading zero bits from 0 to 256. Default: `auto`. */
  readonly difficulty?: ShareDifficulty | undefined;
  /** With `auto`: wanted milliseconds between two shares of a device. Default: 10,000. */
  readonly shareMs?: number | undefined;
  /**
   * Milliseconds between two jobs of the same work. Default: 1,000; 30,000 with `bitcoin`, at least
   * 1,000 there.
   */
  readonly refreshMs?: number | undefined;
  /** Most devices at once. Default: 20,000. */
  readonly connections?: number | undefined;
  /** Paths of PEM files, for ports with `tls:`. */
  readonly tlsKey?: string | undefined;
  readonly tlsCert?: string | undefined;
}

const DEFAULT_PORT = 1917;
const MOST_PORTS = 64;
const MOST_CONNECTIONS = 1_000_000;
const LONGEST_MS = 86_400_000;

/** @throws {@link PowError} `POW_ARGUMENT`; `POW_WORKER` for a file that cannot be read */
export function serverOptions(options: StratumWorkerOptions, how: WorkerHow): StratumServerOptions {
  requireObject(options, 'options');
  const { dialect = 'chainweb', difficulty = 'auto', shareMs, refreshMs, connections } = options;
  requireOneOf(dialect, ['chainweb', 'bitcoin'], 'dialect');
  if (difficulty !== 'auto' && difficulty !== 'block') {
    requireInteger(difficulty, 0, 256, 'difficulty');
  }
  for (const [name, value] of Object.entries({ shareMs, refreshMs })) {
    if (value !== undefined) requireInteger(value, 1, LONGEST_MS, name);
  }
  if (connections !== undefined) requireInteger(connections, 1, MOST_CONNECTIONS, 'connections');
  return {
    ...{ dialect, difficulty, refreshMs, ports: portsOf(options, difficulty) },
    ...(shareMs === undefined ? {} : { vardiff: { shareMs } }),
    ...(connections === undefined ? {} : { limits: { connections } }),
    clock: how.clock,
    onNotice: how.onNotice,
  };
}

function portsOf(
  options: StratumWorkerOptions,
  difficulty: ShareDifficulty,
): readonly StratumPort[] {
  const { port = DEFAULT_PORT, ports = [], tlsKey, tlsCert } = options;
  const host = listenHost(options.host ?? '*');
  requireInteger(port, 0, 65_535, 'port');
  if (!Array.isArray(ports) || ports.length > MOST_PORTS) {
    throw badArgument('ports', 'a list of [tls:]PORT[=BITS]', ports);
  }
  const [key, cert] = [pemOf(tlsKey, 'tlsKey'), pemOf(tlsCert, 'tlsCert')];
  const tls = key === null || cert === null ? undefined : { key, cert };
  if ((key === null) !== (cert === null)) {
    throw badArgument(key === null ? 'tlsKey' : 'tlsCert', 'the path of a PEM file', undefined);
  }
  const more = ports.map((text: unknown, i): StratumPort => {
    const bad = (expected: string) => badArgument(`ports[${i}]`, expected, text);
    const [, secure, number, bits] =
      /^(tls:)?(\d{1,5})(?:=(\d{1,3}))?$/.exec(typeof text === 'string' ? text : '') ?? [];
    if (number === undefined || Number(number) > 65_535 || Number(bits ?? 0) > 256) {
      throw bad('[tls:]PORT[=BITS]');
    }
    if (bits !== undefined && difficulty !== 'auto') {
      throw bad("without =BITS unless difficulty is 'auto'");
    }
    if (secure !== undefined && tls === undefined) throw bad('without tls: unless there is a key');
    const startBits = bits === undefined ? undefined : Number(bits);
    return { port: Number(number), host, startBits, tls: secure === undefined ? undefined : tls };
  });
  return [{ port, host }, ...more];
}
