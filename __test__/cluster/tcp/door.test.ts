import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Door, type Place } from '../../../ts/cluster/tcp/door.js';
import { TCP_LIMITS } from '../../../ts/cluster/tcp/limits.js';

const enter = (door: Door, address: string, nowMs: number): Place => {
  const place = door.enter(address, nowMs);
  if (typeof place === 'string') throw new Error(place);
  return place;
};

test('one address opens five connections at once, and five a second after that', () => {
  const door = new Door(TCP_LIMITS, 0);
  for (let i = 0; i < 5; i += 1) enter(door, 'a', 0).leave();
  assert.is(door.enter('a', 0), 'too many new ones of one address');
  enter(door, 'b', 0);
  enter(door, 'a', 200);
  assert.is(typeof door.enter('a', 200), 'string');
});

test('twenty connections a second come in, of however many addresses', () => {
  const door = new Door(TCP_LIMITS, 0);
  for (let i = 0; i < 20; i += 1) enter(door, `${i}`, 0);
  assert.is(door.enter('x', 0), 'too many new connections');
  enter(door, 'x', 1_000);
});

test('an address that is refused takes nothing from the others', () => {
  const door = new Door(TCP_LIMITS, 0);
  for (let i = 0; i < 1_000; i += 1) door.enter('flood', 0);
  for (let i = 0; i < 15; i += 1) enter(door, `${i}`, 0);
});

test('64 connections may say nothing; one that has said HELLO makes room', () => {
  const door = new Door({ ...TCP_LIMITS, acceptsPerSecond: 1_000 }, 0);
  const places = Array.from({ length: 64 }, (_, i) => enter(door, `${i}`, 0));
  assert.is(door.enter('x', 0), 'too many connections that say nothing');
  assert.is(places[0]?.admit(), true);
  enter(door, 'x', 0);
  assert.equal(door.open, { halfOpen: 64, peers: 1 });
});

test('an address has 32 connections at most, and gets the place back of one that leaves', () => {
  const limits = { ...TCP_LIMITS, acceptsPerSecond: 1_000, acceptsPerSecondAndAddress: 1_000 };
  const door = new Door(limits, 0);
  const places = Array.from({ length: 32 }, () => enter(door, 'a', 0));
  for (const place of places) place.admit();
  assert.is(door.enter('a', 0), 'too many connections of one address');
  places[0]?.leave();
  places[0]?.leave(); // counts once
  enter(door, 'a', 0);
  assert.is(typeof door.enter('a', 0), 'string');
});

test('peer 257 is not admitted', () => {
  const limits = { ...TCP_LIMITS, acceptsPerSecond: 1_000 };
  const door = new Door(limits, 0);
  for (let i = 0; i < 256; i += 1) assert.is(enter(door, `${i}`, 0).admit(), true);
  const late = enter(door, 'x', 0);
  assert.is(late.admit(), false);
  late.leave();
  assert.equal(door.open, { halfOpen: 0, peers: 256 });
});

test('what is remembered of addresses is bounded', () => {
  const limits = { ...TCP_LIMITS, acceptsPerSecond: 1e9, acceptsPerSecondAndAddress: 1 };
  for (const [others, answer] of [
    [4_095, 'string'],
    [4_096, 'object'],
  ] as const) {
    const door = new Door(limits, 0);
    enter(door, 'a', 0).leave();
    for (let i = 0; i < others; i += 1) enter(door, `${i}`, 0).leave();
    assert.is(typeof door.enter('a', 0), answer, `after ${others} others`);
  }
});

test.run();
