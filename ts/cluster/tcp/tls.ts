/**
 * TLS of both ends. With pre-shared keys: TLS 1.3, one cipher suite, X25519 beside the key, no
 * session tickets (one would outlive the revocation of its key), and nobody shows a certificate:
 * a client that takes any would take a server that never knew the key.
 */

import { constants, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { type ConnectionOptions, TLSSocket, type TlsOptions } from 'node:tls';
import { requireHex } from '../../core/arguments.js';
import { PowError } from '../../errors.js';
import type { MasterSecurity, WorkerSecurity } from './options.js';

const TLS_1_3 = {
  minVersion: 'TLSv1.3',
  maxVersion: 'TLSv1.3',
  ciphers: 'TLS_AES_128_GCM_SHA256',
  secureOptions: constants.SSL_OP_NO_TICKET,
} as const;

/** Who is at the other end of a connection, as TLS has proved it. */
export interface Principal {
  /** Bans are of this: a key, a certificate, or (without TLS) nobody in particular. */
  readonly key: string;
  /** For people. */
  readonly name: string;
  /** Of the pre-shared key. */
  readonly secret: Buffer | null;
}

/** @param secretOf - the key of an identity; `null`: there is none */
export function serverTls(
  security: MasterSecurity,
  secretOf: (identity: string) => Buffer | null,
): ServerTls {
  if (security.kind === 'plain') return { options: null, principalOf: () => NOBODY };
  if (security.kind === 'mtls') {
    const { key, cert, ca } = checkedPem(security);
    // Whom we do not know is told so before he is sent away: Node would just hang up.
    const options = { ...TLS_1_3, key, cert, ca, requestCert: true, rejectUnauthorized: false };
    return { options, principalOf: certified };
  }
  const known = new WeakMap<Socket, Principal & { readonly secret: Buffer }>();
  return {
    options: {
      ...TLS_1_3,
      pskCallback: (socket, identity) => {
        const secret = secretOf(identity);
        if (secret === null) return null;
        known.set(socket, { key: `psk:${identity}`, name: identity, secret });
        return secret;
      },
    },
    principalOf: (socket) => {
      // "Reused" is what OpenSSL calls a handshake that a pre-shared key has authenticated.
      const isByKey = socket instanceof TLSSocket && socket.isSessionReused();
      const principal = known.get(socket);
      if (!isByKey || showsCertificate(socket) || principal === undefined) return null;
      // The other end takes its time for a handshake: the key may have been revoked meanwhile.
      const isStillGood = secretOf(principal.name)?.equals(principal.secret) ?? false;
      return isStillGood ? principal : null;
    },
  };
}

export interface ServerTls {
  /** `null`: plaintext. */
  readonly options: TlsOptions | null;
  /** After the handshake; `null`: it has not proved who it is. */
  principalOf(socket: Socket): Principal | null;
}

const NOBODY: Principal = { key: 'plain', name: 'plaintext', secret: null };

function certified(socket: Socket): Principal | null {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return null;
  const { fingerprint256, subject } = socket.getPeerCertificate();
  const name = [subject?.CN ?? fingerprint256].flat()[0] ?? fingerprint256;
  return { key: `cert:${fingerprint256}`, name, secret: null };
}

/** @returns `null`: plaintext */
export function clientTls(security: WorkerSecurity): ConnectionOptions | null {
  if (security.kind === 'plain') return null;
  if (security.kind === 'mtls') {
    const { key, cert, ca } = checkedPem(security);
    const { servername } = security;
    const name = servername === undefined ? {} : { servername };
    return { ...TLS_1_3, key, cert, ca, rejectUnauthorized: true, ...name };
  }
  const { identity } = security;
  const psk = Buffer.from(requireHex(security.secret, 64, 64, 'security.secret'), 'hex');
  return {
    ...TLS_1_3,
    pskCallback: () => ({ identity, psk }),
    // Called where a certificate came instead of a proof that the key is known.
    checkServerIdentity: () => new Error(SHOWN),
    rejectUnauthorized: true,
  };
}

const SHOWN = 'the master shows a certificate where a pre-shared key was asked for';

/** What is wrong with the other end after the handshake; `null`: nothing. */
export function clientObjection(security: WorkerSecurity, socket: Socket): string | null {
  if (security.kind === 'plain') return null;
  if (!(socket instanceof TLSSocket)) return 'no TLS';
  if (security.kind === 'mtls') return socket.authorized ? null : String(socket.authorizationError);
  if (showsCertificate(socket)) return SHOWN;
  return socket.isSessionReused() ? null : 'the master has not proved that it knows the key';
}

/**
 * Whether an error of a handshake says that the other end does not want this key or certificate:
 * to try again is of no use.
 */
export function isRefusal(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REFUSALS.has(code) || code.startsWith('ERR_TLS_CERT_ALTNAME');
}

const REFUSALS: ReadonlySet<string> = new Set([
  'ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER', // wrong secret: the binder does not verify
  'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', // unknown identity, and no certificate to fall back on
  'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
  'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
  'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR',
  'ERR_SSL_WRONG_VERSION_NUMBER', // it speaks plaintext, or no TLS 1.3
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
]);

function showsCertificate(socket: TLSSocket): boolean {
  const shown: object | null = socket.getPeerCertificate();
  return shown !== null && Object.keys(shown).length > 0;
}

function checkedPem<T extends { key: string; cert: string; ca: string }>(security: T): T {
  for (const name of ['cert', 'ca'] as const) {
    try {
      new X509Certificate(security[name]);
    } catch (cause) {
      const argument = `security.${name}`;
      const detail = `${argument} is no certificate in PEM`;
      throw new PowError('POW_ARGUMENT', detail, { argument, cause });
    }
  }
  return security;
}
