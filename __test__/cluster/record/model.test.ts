import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Actor, Held } from './actor.js';
import { shareOf } from './fakes.js';
import { World } from './world.js';

type Step = (world: World, actor: Actor, held: Held | undefined, n: number) => unknown;

/** What may happen, each as likely as it stands here often. */
const STEPS: readonly [times: number, name: string, step: Step][] = [
  [6, 'join', (world, actor) => !actor.connected && world.join(actor)],
  [2, 'join again', (world, actor) => world.join(actor)],
  [6, 'hash', (world, actor, held, n) => held && world.hash(actor, held, BigInt(n % 12))],
  [4, 'progress', (world, actor, held) => held && world.progress(actor, held)],
  [6, 'finish', (world, actor, held) => held && world.finish(actor, held)],
  [2, 'let go', (world, actor, held) => held && world.release(actor, held, null)],
  [2, 'fail', (world, actor, held) => held && world.release(actor, held, 'a panic')],
  [1, 'lose the connection', (world, actor) => world.leave(actor)],
  [1, 'die', (world, actor) => [world.leave(actor), world.kill(actor)]],
  [1, 'die unnoticed', (world, actor) => world.kill(actor)],
  [3, 'a moment', (world, _actor, _held, n) => world.pass(n % 900)],
  [1, 'a while', (world, _actor, _held, n) => world.pass(n % 15_000)],
  [1, 'the master dies', (world) => world.restart()],
  [1, 'the master dies in the middle', (world) => world.dieAtNext()],
  [1, 'snapshot', (world) => world.snapshot()],
  [1, 'send again', sendAgain],
  [1, 'cheat', cheat],
  [1, 'lie', (world, actor, held, n) => held && world.lie(actor, held, n % 2 === 0)],
  [1, 'be found out', (world, actor, _held, n) => n % 4 === 0 && world.distrust(actor)],
];

const NAMES = STEPS.flatMap(([times, name]) => Array<string>(times).fill(name));

const anyStep = fc.record({
  what: fc.constantFrom(...NAMES),
  who: fc.nat(3),
  which: fc.nat(2),
  n: fc.nat(20_000),
});

const anySteps = fc.array(anyStep, { maxLength: 160, size: 'max' });

const anyWorld = fc.record({
  variants: fc.integer({ min: 1, max: 4 }),
  nonces: fc.integer({ min: 1, max: 90 }),
  first: fc.nat(89),
  /** What comes at the end: somebody who does everything right, or nobody but who fails. */
  isHopeless: fc.nat(7).map((n) => n === 0),
  fixed: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
});

/** A unit that everybody fails on. */
const POISON = { variants: 1, nonces: 1, first: 0, fixed: 1, isHopeless: true };
const TWO_JOIN = [0, 1].map((who) => ({ what: 'join', who, which: 0, n: 0 }));

test('whatever happens, every unit is accepted once, none is lost, and the disk knows it all', () => {
  let [quarantined, accepted, solutions] = [0, 0, 0];
  fc.assert(
    fc.property(anyWorld, anySteps, (shape, steps) => {
      const { variants, nonces, first, fixed } = shape;
      const rules = fixed === undefined ? {} : { fixedNonces: BigInt(fixed) };
      const world = new World({ variants, nonces, first: first % nonces, rules });
      for (const { what, who, which, n } of steps) {
        const actor = world.actors[who] as Actor;
        const step = STEPS.find(([, name]) => name === what)?.[2] as Step;
        step(world, actor, actor.held[which], n);
        handOver(world, n);
      }
      world.checkReplay();
      if (shape.isHopeless) world.failAll();
      else world.drain();
      world.checkReplay();
      world.ledger.checkNothingLost({ variants, nonces });
      quarantined += world.ledger.lost.size;
      accepted += world.ledger.accepted;
      solutions += world.ledger.told.size;
    }),
    {
      numRuns: Number(process.env['RECORD_RUNS'] ?? 400),
      examples: [[POISON, TWO_JOIN]],
      includeErrorInReport: true,
    },
  );
  assert.ok(accepted > 400 && solutions > 400, 'something happened');
  assert.ok(quarantined > 0, 'something was given up');
});

/** What the master wants back comes back, sooner or later. */
function handOver(world: World, n: number): void {
  if (n % 3 === 0) return;
  for (const actor of world.actors) {
    for (const held of actor.held.filter(({ over }) => over !== null)) {
      world.release(actor, held, null);
    }
  }
}

function sendAgain(world: World, actor: Actor, _held: Held | undefined, n: number): void {
  const old = world.sent[n % Math.max(1, world.sent.length)];
  if (old === undefined) return;
  const sender = world.actors.find(({ id }) => id === old.worker) ?? actor;
  if (sender.connected) world.send(sender, old.result);
}

/** Nothing that could pass for a result: a claim without shares is for those who count them. */
function cheat(world: World, actor: Actor, held: Held | undefined, n: number): void {
  if (held === undefined || !actor.connected) return;
  const { unit, fence } = held.assignment;
  const { work, index, start, end } = unit;
  const fair = { work, index, fence, outcome: 'exhausted', scannedTo: end, hashes: 1 } as const;
  const cheats = [
    { ...fair, shares: [shareOf(start, false)] },
    { ...fair, shares: [shareOf(end)] },
    { ...fair, shares: [], scannedTo: end - 1n },
    { ...fair, shares: [], fence: fence + 1_000 },
    { ...fair, shares: [], index: index + 10_000 },
    { ...fair, shares: [], outcome: 'found' as const },
  ];
  world.send(actor, cheats[n % cheats.length] as (typeof cheats)[0]);
}

test.run();
