/** What some devices do differently, told by how they introduce themselves. */

export interface Quirks {
  /**
   * Takes nonce1 and gives nonce2 with their bytes reversed (the BlackMiner F1, as the pool
   * software kratum treats it).
   */
  readonly reversedNonces: boolean;
  /** Rolls six bytes of nonce2 whatever the server says: of no use behind a Chainweb pool. */
  readonly ignoresNonceSize: boolean;
}

const NONE: Quirks = { reversedNonces: false, ignoresNonceSize: false };

/** A new device that needs something is one row here. */
const DEVICES: readonly { readonly agent: RegExp; readonly quirks: Partial<Quirks> }[] = [
  { agent: /black ?miner[^a-z0-9]*f1|bm-?f1/i, quirks: { reversedNonces: true } },
  { agent: /noncer ?pro/i, quirks: { ignoresNonceSize: true } },
];

export function quirksOf(agent: string | null): Quirks {
  const row = DEVICES.find((device) => agent !== null && device.agent.test(agent));
  return row === undefined ? NONE : { ...NONE, ...row.quirks };
}
