import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { AddressBook, MOST_ADDRESSES, nameOf } from '../../../ts/cluster/election/address-book.js';

const at = (port: number) => ({ host: '10.0.0.1', port });
const names = (book: AddressBook, nowMs: number) => book.all(nowMs).map(nameOf);

test('seeds are spoken to for ever, others while they answer', () => {
  const book = new AddressBook([at(1)], 0);
  book.named(at(2), 0);
  book.named(at(3), 0);
  book.answered(at(2), 50_000);
  assert.equal(names(book, 50_000), ['10.0.0.1:1', '10.0.0.1:2', '10.0.0.1:3']);
  assert.equal(names(book, 100_000), ['10.0.0.1:1', '10.0.0.1:2']);
  assert.equal(names(book, 1e9), ['10.0.0.1:1']);
});

test('what only was named is not told on', () => {
  const book = new AddressBook([at(1)], 0);
  book.named(at(2), 0);
  book.answered(at(3), 1);
  book.answered(at(4), 2);
  assert.equal(book.known(16).map(nameOf), ['10.0.0.1:4', '10.0.0.1:3']);
  assert.is(book.known(1).length, 1);
});

test('a node does not speak to itself, whatever others call it', () => {
  const book = new AddressBook([at(1)], 0);
  book.isOwn(at(1));
  book.named(at(1), 0);
  assert.equal(names(book, 0), []);
});

test('thousands of names fill no memory, and push out nobody who answers', () => {
  const book = new AddressBook([at(1)], 0);
  book.answered(at(2), 0);
  for (let port = 3; port < 9000; port++) book.named(at(port), 0);
  const all = names(book, 0);
  assert.is(all.length, MOST_ADDRESSES);
  assert.ok(all.includes('10.0.0.1:1') && all.includes('10.0.0.1:2'));
  for (let port = 3; port < 9000; port++) book.answered(at(port), 0);
  assert.is(names(book, 0).length, MOST_ADDRESSES);
});

test.run();
