import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { judge } from '../../benchmark/budgets.js';

test('a figure at its limit is within the budget, one beyond it is not', () => {
  const most = { of: 'value', bound: 'at most', limit: 30 } as const;
  const least = { of: 'value', bound: 'at least', limit: 97 } as const;
  assert.equal(judge({ value: 30, p99: null, budgets: [most] }), {
    text: 'at most 30',
    kept: true,
  });
  assert.equal(judge({ value: 30.1, p99: null, budgets: [most] }), {
    text: 'at most 30: **no**',
    kept: false,
  });
  assert.is(judge({ value: 97, p99: null, budgets: [least] }).kept, true);
  assert.is(judge({ value: 96.9, p99: null, budgets: [least] }).kept, false);
});

test('a budget of the 99th percentile looks at no other figure', () => {
  const budgets = [{ of: 'p99', bound: 'at most', limit: 3000 }] as const;
  assert.is(judge({ value: 9999, p99: 3000, budgets }).kept, true);
  assert.is(judge({ value: 1, p99: 3001, budgets }).text, 'p99 at most 3000: **no**');
  assert.throws(() => judge({ value: 1, p99: null, budgets }), 'lacks');
});

test('one broken budget of several is enough', () => {
  const budgets = [
    { of: 'value', bound: 'at most', limit: 1 },
    { of: 'p99', bound: 'at most', limit: 5 },
  ] as const;
  assert.equal(judge({ value: 2, p99: 5, budgets }), {
    text: 'at most 1: **no**, p99 at most 5',
    kept: false,
  });
});

test.run();
