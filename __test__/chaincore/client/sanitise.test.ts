import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sanitised } from '../../../ts/chaincore/client/sanitise.js';
import { requireWallet } from '../../../ts/chaincore/client/wallet.js';
import type { PowError } from '../../../ts/index.js';
import { thrown } from '../../fixtures.js';

for (const wallet of [
  '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', // the first one that Bitcoin paid
  '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy', // BIP 16
  '1111111111111111111114oLvT2', // twenty zero bytes
]) {
  test(`${wallet} is a wallet, and with any one digit changed it is none`, () => {
    assert.is(requireWallet(wallet), wallet);
    for (let i = 0; i < wallet.length; i++) {
      const other = wallet[i] === '2' ? '3' : '2';
      const mistyped = wallet.slice(0, i) + other + wallet.slice(i + 1);
      assert.throws(() => requireWallet(mistyped), /wallet must be/);
    }
  });
}

for (const [wallet, words] of [
  ['', /26 to 35 base58 digits/],
  ['1A1zP1eP5QGefi2DMPTfTL5SLmv7Div', /an address/],
  ['0A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', /no 0, O, I or l/],
  ['1'.repeat(30), /an address of 25 bytes/],
  ['z'.repeat(35), /an address of 25 bytes/],
  ['<script>alert(1)</script>xxxxx', /base58 digits/],
  [5, /base58 digits/],
  [null, /base58 digits/],
] as const) {
  test(`${String(wallet)} is no wallet, and the error says why`, () => {
    const error = thrown(() => requireWallet(wallet)) as PowError;
    assert.is(error.argument, 'wallet');
    assert.match(error.message, words);
  });
}

for (const [said, shown] of [
  ['cannot open /home/alice/.chaincore/wallet.json', 'cannot open [path]'],
  ['no such file: C:\\Users\\alice\\keys.txt here', 'no such file: [path] here'],
  ['HTTPConnectionPool(host 10.0.0.12:5001) refused', 'HTTPConnectionPool(host [host]) refused'],
  ['peer http://10.0.0.12:5001/x?key=1 is down', 'peer [url] is down'],
  ['postgres://bob:secret@db:5432/x failed', '[url] failed'],
  ['to localhost:5432 and db.internal:5433', 'to [host] and [host]'],
  ['from [2001:db8::1]:5000 it came', 'from [host] it came'],
  ['wallet 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa is unknown', 'wallet [wallet] is unknown'],
  [`hash ${'ab'.repeat(32)} is wrong`, 'hash [hex] is wrong'],
  [`key 0x${'AB'.repeat(32)}`, 'key [hex]'],
  [`token ${'Zz0_-/+'.repeat(9)}==`, 'token [secret]'],
  ['Block is stale: mining #30, chain now #31', 'Block is stale: mining #30, chain now #31'],
  ['a\u001b[31mred\u001b[0m \u202eword\n\nline', 'a\\x1b[31mred\\x1b[0m \\u202eword line'],
] as const) {
  test(`shown without what is private: ${JSON.stringify(said)}`, () => {
    assert.is(sanitised(said), shown);
  });
}

test('a long text is cut, and cutting megabytes takes no time', () => {
  assert.is(sanitised('word '.repeat(1_000_000)).length, 201);
  assert.is(sanitised('/a'.repeat(1_000_000)), '[path]');
});

test.run();
