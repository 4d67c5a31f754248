import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type Answer,
  FetchPlan,
  PLAN_RULES,
  type Request,
} from '../../../ts/cluster/datasets/plan.js';

const half = () => 0.5;
const range = (length: number) => Array.from({ length }, (_, index) => index);

test('eight requests are under way at most, and four of them at one host', () => {
  const plan = new FetchPlan(range(100), half);
  assert.is(all(plan, ['a'], 0).length, 4);
  const more = all(plan, ['a', 'b', 'c'], 0);
  assert.is(more.length, 4);
  assert.ok(more.every(({ host }) => host !== 'a'));
});

test('a host that failed is left alone, longer each time, and others go on', () => {
  const plan = new FetchPlan(range(100), half);
  const [first] = all(plan, ['a'], 0);
  assert.ok(first);
  plan.answered(first, 'failed', 0);
  assert.is(plan.next(['a'], 10), null);
  assert.is(plan.next(['a', 'b'], 10)?.host, 'b');
  const second = plan.next(['a'], PLAN_RULES.restMs);
  assert.ok(second);
  plan.answered(second, 'failed', 1000);
  assert.is(plan.next(['a'], 1000 + PLAN_RULES.restMs), null);
});

test('a host whose bytes were wrong is left alone for a minute', () => {
  const plan = new FetchPlan(range(100), half);
  const request = plan.next(['a'], 0);
  assert.ok(request);
  plan.answered(request, 'corrupt', 0);
  assert.is(plan.next(['a'], PLAN_RULES.corruptMs / 2), null);
  assert.is(plan.next(['a'], 10 * PLAN_RULES.corruptMs)?.host, 'a');
});

test('a host is not asked again for what it did not have, for a while', () => {
  const plan = new FetchPlan([7], half);
  const request = plan.next(['a'], 0);
  assert.ok(request);
  plan.answered(request, 'lacks', 0);
  assert.is(plan.next(['a'], 1), null);
  assert.is(plan.next(['b'], 1)?.index, 7);
});

test('a host that had something just not yet is asked again soon, and ever later while it has nothing', () => {
  const plan = new FetchPlan([7], half);
  const waits: number[] = [];
  let nowMs = 0;
  for (let i = 0; i < 6; i++) {
    const fromMs = nowMs;
    let request = plan.next(['a'], nowMs);
    for (; request === null; nowMs += 10) request = plan.next(['a'], nowMs);
    waits.push(nowMs - fromMs);
    plan.answered(request, 'lacks', nowMs);
  }
  assert.ok((waits[1] ?? 0) <= 2 * PLAN_RULES.restMs + 20, String(waits));
  assert.ok((waits[5] ?? 0) > 4 * PLAN_RULES.restMs, String(waits));
});

test('a slow chunk is asked of a second host at the end, and the first answer counts', () => {
  const plan = new FetchPlan([0], half);
  const slow = plan.next(['a', 'b'], 0);
  assert.ok(slow);
  assert.is(plan.next(['a', 'b'], PLAN_RULES.hedgeMs - 1), null);
  const fast = plan.next(['a', 'b'], PLAN_RULES.hedgeMs);
  assert.ok(fast && fast.host !== slow.host);
  assert.is(plan.next(['a', 'b', 'c'], PLAN_RULES.hedgeMs), null, 'two are enough');
  assert.ok(plan.answered(fast, 'right', 3000));
  assert.ok(plan.isDone);
  assert.not(plan.answered(slow, 'right', 4000));
});

test('whatever hosts do, every chunk comes exactly once as long as one of them is honest', () => {
  const answers = fc.infiniteStream(
    fc.constantFrom<Answer>('right', 'lacks', 'failed', 'corrupt', 'failed'),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      answers,
      fc.infiniteStream(fc.nat(20)),
      (chunks, answer, pick) => {
        const plan = new FetchPlan(range(chunks), half);
        const got: number[] = [];
        const flying: Request[] = [];
        let nowMs = 0;
        for (; !plan.isDone && nowMs < 1e7; nowMs += 100) {
          flying.push(...all(plan, ['honest', 'x', 'y'], nowMs));
          assert.ok(flying.length <= PLAN_RULES.window);
          for (const host of ['honest', 'x', 'y']) {
            assert.ok(flying.filter((one) => one.host === host).length <= PLAN_RULES.perHost);
          }
          const [one] = flying.splice(pick.next().value % Math.max(1, flying.length), 1);
          if (one === undefined) continue;
          const said = one.host === 'honest' ? 'right' : answer.next().value;
          if (plan.answered(one, said, nowMs)) got.push(one.index);
        }
        assert.equal(
          got.sort((left, right) => left - right),
          range(chunks),
        );
      },
    ),
  );
});

function all(plan: FetchPlan, hosts: string[], nowMs: number): Request[] {
  const requests: Request[] = [];
  for (let one = plan.next(hosts, nowMs); one !== null; one = plan.next(hosts, nowMs)) {
    requests.push(one);
  }
  return requests;
}

test.run();
