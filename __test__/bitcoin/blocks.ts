/**
 * Headers of Bitcoin's main network, as every node and block explorer has them. Each proves itself:
 * its hash is below its own target, and nobody could make up one of those.
 */

export interface RealBlock {
  readonly height: number;
  /** The 80 bytes. */
  readonly header: string;
  /** As explorers show it, and so are the other hashes. */
  readonly hash: string;
  readonly parent: string;
  readonly merkleRoot: string;
  readonly version: number;
  readonly timeSeconds: number;
  readonly nBits: number;
  readonly nonce: bigint;
}

export const BLOCKS: readonly RealBlock[] = [
  {
    height: 0,
    header:
      '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c',
    hash: '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
    parent: '0000000000000000000000000000000000000000000000000000000000000000',
    merkleRoot: '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
    ...{ version: 1, timeSeconds: 1231006505, nBits: 0x1d00ffff, nonce: 2083236893n },
  },
  {
    height: 1,
    header:
      '010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299',
    hash: '00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048',
    parent: '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
    merkleRoot: '0e3e2357e806b6cdb1f70b54c3a3a17b6714ee1f0e68bebb44a74b1efd512098',
    ...{ version: 1, timeSeconds: 1231469665, nBits: 0x1d00ffff, nonce: 2573394689n },
  },
  {
    height: 170,
    header:
      '0100000055bd840a78798ad0da853f68974f3d183e2bd1db6a842c1feecf222a00000000ff104ccb05421ab93e63f8c3ce5c2c2e9dbb37de2764b3a3175c8166562cac7d51b96a49ffff001d283e9e70',
    hash: '00000000d1145790a8694403d4063f323d499e655c83426834d4ce2f8dd4a2ee',
    parent: '000000002a22cfee1f2c846adbd12b3e183d4f97683f85dad08a79780a84bd55',
    merkleRoot: '7dac2c5666815c17a3b36427de37bb9d2e2c5ccec3f8633eb91a4205cb4c10ff',
    ...{ version: 1, timeSeconds: 1231731025, nBits: 0x1d00ffff, nonce: 1889418792n },
  },
  {
    height: 100_000,
    header:
      '0100000050120119172a610421a6c3011dd330d9df07b63616c2cc1f1cd00200000000006657a9252aacd5c0b2940996ecff952228c3067cc38d4885efb5a4ac4247e9f337221b4d4c86041b0f2b5710',
    hash: '000000000003ba27aa200b1cecaad478d2b00432346c3f1f3986da1afd33e506',
    parent: '000000000002d01c1fccc21636b607dfd930d31d01c3a62104612a1719011250',
    merkleRoot: 'f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766',
    ...{ version: 1, timeSeconds: 1293623863, nBits: 0x1b04864c, nonce: 274148111n },
  },
  {
    height: 125_552,
    header:
      '0100000081cd02ab7e569e8bcd9317e2fe99f2de44d49ab2b8851ba4a308000000000000e320b6c2fffc8d750423db8b1eb942ae710e951ed797f7affc8892b0f1fc122bc7f5d74df2b9441a42a14695',
    hash: '00000000000000001e8d6829a8a21adc5d38d0a473b144b6765798e61f98bd1d',
    parent: '00000000000008a3a41b85b8b29ad444def299fee21793cd8b9e567eab02cd81',
    merkleRoot: '2b12fcf1b09288fcaff797d71e950e71ae42b91e8bdb2304758dfcffc2b620e3',
    ...{ version: 1, timeSeconds: 1305998791, nBits: 0x1a44b9f2, nonce: 2504433986n },
  },
  {
    height: 500_000,
    header:
      '000000201929eb850a74427d0440cf6b518308837566cd6d0662790000000000000000001f6231ed3de07345b607ec2a39b2d01bec2fe10dfb7f516ba4958a42691c95316d0a385a459600185599fc5c',
    hash: '00000000000000000024fb37364cbf81fd49cc2d51c09c75c35433c3a1945d04',
    parent: '0000000000000000007962066dcd6675830883516bcf40047d42740a85eb2919',
    merkleRoot: '31951c69428a95a46b517ffb0de12fec1bd0b2392aec07b64573e03ded31621f',
    ...{ version: 0x20000000, timeSeconds: 1513622125, nBits: 0x18009645, nonce: 1560058197n },
  },
  {
    height: 700_000, // its version bits were rolled
    header:
      '04e0ff3feb36c62f0471cee034811019e43b14f459b50e00cea30a000000000000000000659cecf4a06ed500031b741384e87d40ce5c16c3ec8c09b09ffe4b863c218d1f282d3c61e4480f17d767c2ab',
    hash: '0000000000000000000590fc0f3eba193a278534220b2b37e9849e1a770ca959',
    parent: '0000000000000000000aa3ce000eb559f4143be419108134e0ce71042fc636eb',
    merkleRoot: '1f8d213c864bfe9fb0098cecc3165cce407de88413741b0300d56ea0f4ec9c65',
    ...{ version: 0x3fffe004, timeSeconds: 1631333672, nBits: 0x170f48e4, nonce: 2881644503n },
  },
  {
    height: 800_000,
    header:
      '00601d3455bb9fbd966b3ea2dc42d0c22722e4c0c1729fad17210100000000000000000055087fab0c8f3f89f8bcfd4df26c504d81b0a88e04907161838c0c53001af09135edbd64943805175e955e06',
    hash: '00000000000000000002a7c4c1e48d76c5a37902165a270156b7a8d72728a054',
    parent: '000000000000000000012117ad9f72c1c0e42227c2d042dca23e6b96bd9fbb55',
    merkleRoot: '91f01a00530c8c83617190048ea8b0814d506cf24dfdbcf8893f8f0cab7f0855',
    ...{ version: 0x341d6000, timeSeconds: 1690168629, nBits: 0x17053894, nonce: 106861918n },
  },
];
