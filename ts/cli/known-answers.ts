import type { WorkOptions } from '../index.js';

/** Work that was solved by other people, and its one right answer. */
export interface KnownAnswer {
  readonly name: string;
  readonly work: WorkOptions;
  /** 64 big-endian hex digits. */
  readonly target: string;
  readonly nonce: bigint;
  /** As the hash function gives it, first byte first. */
  readonly hash: string;
}

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

/** One per algorithm. `doctor` holds every kernel of this machine to them. */
export const KNOWN_ANSWERS: readonly KnownAnswer[] = [
  {
    // Real: kadena-io/chainweb-mining-client, test/data/test-headers.bin, header 0.
    name: 'Chainweb mainnet, chain 5, height 2111409',
    work: {
      algorithm: 'blake2s',
      message: bytes(
        '00000000000000006c3cda6cb4cf0500946335dbc470b829f58697544da9c8fe306bf4a32143a45a475755bc' +
          '0542c84e030000000000b414ffac845292112a2000d9d056579c5f83090f2b6b2e9664c27a346f16c9040700' +
          '00007a5ec4572d723dc4f537d5d3feb30c2ac28f4fe7594bed6cc24eaf9286a32200080000006fe2e81efbc8' +
          'a131bed6cedad46bc1b4940e0877fd37f1aaa8e2d3bc388dac25492489f66d565a71a5c4497b2bc99fe58b62' +
          '733952d913ac150100000000000090da62dbdc08d012c5f4ea4e2f4941951fea92e6f9be89225c77dbdfb2f1' +
          '82d6050000001bc30ba646dd3707630300000000000000000000000000000000000000000000b13720000000' +
          '000005000000e501aa5ab4cf0500840369521a796671',
      ),
      nonce: { offset: 278, encoding: 'u64le' },
      hashOrder: 'le',
    },
    target: '0000000000000115ac13d9523973628be59fc92b7b49c4a5715a566df6892449',
    nonce: 0x7166791a52690384n,
    hash: '07ea991a92f301432d1adf6f4c1bff2a3c66d96b41e1b8b81201000000000000',
  },
  {
    // Real: block 0. Its bytes and nonce are in every Bitcoin client (chainparams.cpp).
    name: 'Bitcoin genesis block',
    work: {
      algorithm: 'sha256d',
      message: bytes(
        '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b2' +
          '7ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c',
      ),
      nonce: { offset: 76, encoding: 'u32le' },
      hashOrder: 'le',
    },
    target: '00000000ffff0000000000000000000000000000000000000000000000000000',
    nonce: 2_083_236_893n,
    hash: '6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000',
  },
  {
    // The example of the Bitcoin wiki's page "Proof of work": the first nonce below 2^240.
    name: 'Bitcoin wiki, "Hello, world!4250"',
    work: {
      algorithm: 'sha256',
      message: new TextEncoder().encode('Hello, world!'),
      nonce: { offset: 13, encoding: 'decimal' },
      hashOrder: 'be',
    },
    target: '0000ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    nonce: 4250n,
    hash: '0000c3af42fc31103f1fdc0151fa747ff87349a4714df7cc52ea464e12dcd4e9',
  },
];
