import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  blockHashOf,
  CHAINWEB_VERSIONS,
  type ChainwebHeader,
  chainwebVersionCode,
  chainwebVersionName,
  decodeHeader,
  decodeWorkHeader,
  decodeWorkResponse,
  encodeHeader,
  encodeWorkHeader,
  encodeWorkResponse,
  headerBytes,
  powHashOf,
  workHeaderBytes,
} from '../../ts/chainweb/codec.js';
import { PowError, Target } from '../../ts/index.js';
import { thrown } from '../fixtures.js';
import { bytesOf, hexOf, vectors } from './vectors.js';

/** Any header at all, with up to seven neighbours. */
const anyHeader: fc.Arbitrary<ChainwebHeader> = fc
  .uniqueArray(fc.integer({ min: 0, max: 0xffff_ffff }), { maxLength: 7 })
  .chain((chains) => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const unsigned = (bits: bigint) => fc.bigInt({ min: 0n, max: (1n << bits) - 1n });
    const time = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
    const adjacents = chains
      .sort((a, b) => a - b)
      .map((chain) => fc.record({ chain: fc.constant(chain), hash }, { noNullPrototype: true }));
    const fields = {
      forkState: unsigned(64n),
      creationTimeMicros: time,
      parent: hash,
      adjacents: fc.tuple(...adjacents),
      target: unsigned(256n).map((value) => Target.fromBigInt(value)),
      payloadHash: hash,
      chain: fc.integer({ min: 0, max: 0xffff_ffff }),
      weight: unsigned(256n),
      height: unsigned(64n),
      version: fc.integer({ min: 0, max: 0xffff_ffff }),
      epochStartMicros: time,
      nonce: unsigned(64n),
      blockHash: hash,
    };
    return fc.record(fields, { noNullPrototype: true });
  });

/** A Target hides its number, so that two of them always look equal: compare the digits. */
const plain = (header: object & { target: Target }) => ({
  ...header,
  target: header.target.toHex(),
});

test('decoding an encoded header gives the same fields, whatever they are', () => {
  fc.assert(
    fc.property(anyHeader, (header) => {
      const { blockHash, ...work } = header;
      assert.equal(plain(decodeHeader(encodeHeader(header))), plain(header));
      assert.equal(plain(decodeWorkHeader(encodeWorkHeader(work))), plain(work));
      assert.is(encodeHeader(header).length, headerBytes(header.adjacents.length));
      assert.is(encodeWorkHeader(work).length, workHeaderBytes(header.adjacents.length));
      assert.is(hexOf(encodeHeader(header).slice(-32)), hexOf(blockHash));
    }),
  );
});

test('encoding a decoded header gives the same bytes, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 286, maxLength: 286 }), (random) => {
      const bytes = new Uint8Array(random);
      bytes.set([3, 0], 48);
      for (const chain of [0, 1, 2]) bytes.set([chain, 0, 0, 0], 50 + 36 * chain);
      assert.is(hexOf(encodeWorkHeader(decodeWorkHeader(bytes))), hexOf(bytes));
    }),
  );
});

for (const vector of vectors.vectors) {
  test(`every field of a real header is where it belongs: ${vector.source}`, () => {
    const header = decodeHeader(bytesOf(vector.headerHex));
    assert.is(header.forkState, Buffer.from(vector.flagsHexLE, 'hex').readBigUInt64LE());
    assert.is(header.creationTimeMicros, BigInt(vector.creationTimeMicros));
    assert.is(hexOf(header.parent), vector.parentHex);
    assert.equal(
      header.adjacents.map(({ chain }) => chain),
      vector.adjacentChainIds,
    );
    assert.is(header.target.toHex(), vector.targetHexBE);
    assert.is(hexOf(header.payloadHash), vector.payloadHashHex);
    assert.is(header.chain, vector.chainId);
    const weight = header.weight.toString(16).padStart(64, '0');
    assert.is(weight, hexOf(bytesOf(vector.weightHexLE).reverse()));
    assert.is(header.height, BigInt(vector.height));
    assert.is(chainwebVersionName(header.version), vector.chainwebVersion);
    assert.is(header.epochStartMicros, BigInt(vector.epochStartMicros));
    assert.is(header.nonce, BigInt(vector.nonceDec));
    assert.is(hexOf(header.blockHash), vector.blockHashHex);
    assert.is(hexOf(encodeHeader(header)), vector.headerHex);
    assert.is(hexOf(encodeWorkHeader(header)), vector.workHeaderHex);
  });

  test(`both hashes of a real header come out: ${vector.source}`, () => {
    const header = decodeHeader(bytesOf(vector.headerHex));
    assert.is(hexOf(blockHashOf(header)), vector.blockHashHex);
    const hash = powHashOf(encodeWorkHeader(header));
    assert.is(hexOf(hash), vector.powHashHex);
    assert.ok(header.target.isMetBy(hash, 'le'));
  });
}

test('a flipped nonce bit gives another proof-of-work hash and another block hash', () => {
  const [flipped] = vectors.negative;
  const header = decodeWorkHeader(bytesOf(flipped.workHeaderHex));
  const hash = powHashOf(bytesOf(flipped.workHeaderHex));
  assert.is(hexOf(hash), flipped.powHashHex);
  assert.not(header.target.isMetBy(hash, 'le'));
  assert.is.not(hexOf(blockHashOf(header)), vectors.vectors[0]?.blockHashHex);
});

test('the proof-of-work hash leaves the block hash out', () => {
  const [, whole] = vectors.negative;
  const { powHashHex } = vectors.vectors[0] ?? {};
  assert.is(hexOf(powHashOf(bytesOf(whole.headerHex))), whole.blake2sOver318Hex);
  const work = encodeWorkHeader(decodeHeader(bytesOf(whole.headerHex)));
  assert.is(hexOf(powHashOf(work)), powHashHex);
});

test('a work response is taken apart and put together again', () => {
  const { hex, chainId } = vectors.workResponse;
  const { work, header } = decodeWorkResponse(bytesOf(hex));
  assert.is(header.chain, chainId);
  assert.is(hexOf(work), hex.slice(72));
  assert.is(header.nonce, 0n);
  assert.is(hexOf(encodeWorkResponse(header)), hex);
});

test('a work response whose chain or target is not that of its header is refused', () => {
  for (const at of [0, 4, 35]) {
    const bytes = bytesOf(vectors.workResponse.hex);
    bytes[at] = (bytes[at] as number) ^ 1;
    const error = thrown(() => decodeWorkResponse(bytes));
    assert.instance(error, PowError);
    assert.is((error as PowError).code, 'POW_ARGUMENT');
  }
});

test('bytes of any other length are refused with the length that was expected', () => {
  const { headerHex, workHeaderHex } = vectors.vectors[0] ?? { headerHex: '', workHeaderHex: '' };
  const cases: [(bytes: Uint8Array) => unknown, string, string][] = [
    [decodeWorkHeader, headerHex, '286'],
    [decodeWorkHeader, `${workHeaderHex}00`, '286'],
    [decodeWorkHeader, workHeaderHex.slice(0, -2), '286'],
    [decodeWorkHeader, '', '0 bytes'],
    [decodeHeader, workHeaderHex, '318'],
    [decodeHeader, headerHex.slice(0, -2), '318'],
    [decodeWorkResponse, vectors.workResponse.hex.slice(0, -2), '286'],
    [decodeWorkResponse, '00'.repeat(36), '36 bytes'],
  ];
  for (const [decode, hex, named] of cases) {
    const error = thrown(() => decode(bytesOf(hex))) as PowError;
    assert.is(error.code, 'POW_WORK_SIZE');
    assert.is(error.argument, 'bytes');
    assert.ok(error.message.includes(named), error.message);
  }
});

test('adjacent parents out of order are refused both ways', () => {
  const bytes = bytesOf(vectors.vectors[0]?.workHeaderHex ?? '');
  const header = decodeWorkHeader(bytes);
  bytes.set([9, 0, 0, 0], 50);
  assert.is((thrown(() => decodeWorkHeader(bytes)) as PowError).argument, 'adjacents[1].chain');
  const adjacents = [...header.adjacents].reverse();
  const error = thrown(() => encodeWorkHeader({ ...header, adjacents })) as PowError;
  assert.is(error.argument, 'adjacents[1].chain');
});

test('a field that does not fit is named', () => {
  const header = decodeHeader(bytesOf(vectors.vectors[0]?.headerHex ?? ''));
  const bad: [Partial<Record<keyof ChainwebHeader, unknown>>, string][] = [
    [{ forkState: -1n }, 'forkState'],
    [{ creationTimeMicros: 1n << 63n }, 'creationTimeMicros'],
    [{ parent: new Uint8Array(31) }, 'parent'],
    [{ adjacents: null }, 'adjacents'],
    [{ adjacents: [{ chain: 0, hash: new Uint8Array(33) }] }, 'adjacents[0].hash'],
    [{ target: 1n }, 'target'],
    [{ payloadHash: 'ff' }, 'payloadHash'],
    [{ chain: 2 ** 32 }, 'chain'],
    [{ weight: 1n << 256n }, 'weight'],
    [{ height: 5 }, 'height'],
    [{ version: 1.5 }, 'version'],
    [{ epochStartMicros: -(1n << 63n) - 1n }, 'epochStartMicros'],
    [{ nonce: 1n << 64n }, 'nonce'],
    [{ blockHash: new Uint8Array(0) }, 'blockHash'],
  ];
  for (const [fields, name] of bad) {
    const error = thrown(() => encodeHeader({ ...header, ...fields } as ChainwebHeader));
    assert.is((error as PowError).code, 'POW_ARGUMENT', name);
    assert.is((error as PowError).argument, name);
  }
});

test('versions have one code and one name each, and unknown ones are refused', () => {
  for (const { code, name } of CHAINWEB_VERSIONS) {
    assert.is(chainwebVersionName(code), name);
    assert.is(chainwebVersionCode(name), code);
  }
  assert.is((thrown(() => chainwebVersionName(6)) as PowError).code, 'POW_ARGUMENT');
  assert.match((thrown(() => chainwebVersionCode('mainnet')) as PowError).message, 'mainnet01');
});

test.run();
