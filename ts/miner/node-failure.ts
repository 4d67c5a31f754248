/** What can go wrong between us and a node, and what may be done about it. */

import { printable } from '../core/printable.js';

/**
 * - `unreachable`: no connection, so nothing was sent;
 * - `lost`: the connection broke, so it may have been sent;
 * - `late`: no answer in time, so it may have been sent;
 * - `failing`: answered with a 5xx status;
 * - `refused`: answered with any other status that is no success;
 * - `untrusted`: a certificate that does not hold, or no TLS where it was expected;
 * - `nonsense`: an answer that is none;
 * - `foreign`: the node is of another network than before.
 */
export type FailureKind =
  | 'unreachable'
  | 'lost'
  | 'late'
  | 'failing'
  | 'refused'
  | 'untrusted'
  | 'nonsense'
  | 'foreign';

/** A request that failed. Its message may be shown: no control characters. */
export class NodeFailure extends Error {
  override readonly name = 'NodeFailure';
  readonly kind: FailureKind;
  /** Of an answer that is no success; else 0. */
  readonly status: number;

  constructor(kind: FailureKind, detail: string, options?: ErrorOptions & { status?: number }) {
    super(printable(detail), options);
    this.kind = kind;
    this.status = options?.status ?? 0;
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return this.kind !== 'refused' && this.kind !== 'untrusted' && this.kind !== 'foreign';
  }

  /** Whether the node may have done what was asked. */
  get mayHaveArrived(): boolean {
    return this.kind === 'lost' || this.kind === 'late' || this.kind === 'failing';
  }
}

/** Codes of errors before a connection stands. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_DESTROYED',
  'UND_ERR_CLOSED',
]);

const NO_TLS = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);

/** Any error of a request as a {@link NodeFailure}. */
export function failureOf(error: unknown): NodeFailure {
  if (error instanceof NodeFailure) return error;
  const cause = error instanceof AggregateError ? (error.errors[0] as unknown) : error;
  const code = codeOf(cause) || codeOf(error);
  const message = (cause instanceof Error && cause.message) || String(cause);
  if (NO_TLS.has(code)) {
    const detail = `no TLS there (${code}): leave TLS out, or give the port that speaks it`;
    return new NodeFailure('untrusted', detail, { cause: error });
  }
  if (isCertificateCode(code)) {
    const detail =
      `the certificate is not trusted (${code}): name its authority with --ca FILE, ` +
      'or, where nobody can listen in, allow any with --insecure';
    return new NodeFailure('untrusted', detail, { cause: error });
  }
  const kind = UNREACHABLE.has(code) ? 'unreachable' : 'lost';
  const detail = message.includes(code) ? message : `${message} (${code})`;
  return new NodeFailure(kind, code === '' ? message : detail, { cause: error });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The names that OpenSSL and Node give to what is wrong with a certificate. */
function isCertificateCode(code: string): boolean {
  return /^(?:.*_CERT(?:_.*)?|CERT_.*|UNABLE_TO_.*|ERR_TLS_CERT_.*|HOSTNAME_MISMATCH)$/.test(code);
}
