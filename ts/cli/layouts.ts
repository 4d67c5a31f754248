import type { Algorithm, ByteOrder, NonceEncoding } from '../native/contract.js';

/** What `--layout <name>` settles for one kind of work. */
export interface FixedLayout {
  readonly algorithm: Algorithm;
  readonly nonce: { readonly offset: number; readonly encoding: NonceEncoding };
  readonly hashOrder: ByteOrder;
  /** Size of the work in bytes. */
  readonly workBytes: number;
  /** Longer inputs that begin with the work, and what the rest is. */
  readonly longer: readonly { readonly bytes: number; readonly rest: string }[];
  /** Sizes people pass by mistake, and what to do about it. */
  readonly mistaken: readonly { readonly bytes: number; readonly advice: string }[];
  /** Where the work itself says its target. */
  readonly ownTarget: {
    readonly kind: 'le-256' | 'compact';
    readonly start: number;
    readonly end: number;
  };
  readonly difficulty: 'chainweb' | 'bitcoin';
}

export interface LayoutRow {
  readonly name: string;
  readonly summary: string;
  /** `null`: the flags of `--layout custom` say it all. */
  readonly fixed: FixedLayout | null;
}

/** Every `--layout`. Help and the checks of `--work` walk this table. */
export const LAYOUTS: readonly LayoutRow[] = [
  {
    name: 'chainweb',
    summary: '286-byte work header: blake2s, u64le nonce at 278',
    fixed: {
      algorithm: 'blake2s',
      nonce: { offset: 278, encoding: 'u64le' },
      hashOrder: 'le',
      workBytes: 286,
      longer: [{ bytes: 318, rest: 'the block hash, which is not hashed' }],
      mistaken: [
        {
          bytes: 322,
          advice: "a node's work response (chain id, target, work); leave out its first 36 bytes",
        },
      ],
      ownTarget: { kind: 'le-256', start: 158, end: 190 },
      difficulty: 'chainweb',
    },
  },
  {
    name: 'bitcoin',
    summary: '80-byte header: sha256d, u32le nonce at 76',
    fixed: {
      algorithm: 'sha256d',
      nonce: { offset: 76, encoding: 'u32le' },
      hashOrder: 'le',
      workBytes: 80,
      longer: [],
      mistaken: [],
      ownTarget: { kind: 'compact', start: 72, end: 76 },
      difficulty: 'bitcoin',
    },
  },
  {
    name: 'custom',
    summary: 'any bytes; say where the nonce sits with the flags above',
    fixed: null,
  },
];
