import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stepChart } from '../../benchmark/step-chart.js';

const line = (values: readonly number[]) => ({ label: 'a < b', colour: '#123', values });

test('a line turns only where its level changes, and ends at the right edge', () => {
  const svg = stepChart({ title: 't & u', note: 'n', most: 4, lines: [line([0, 0, 4, 4])] });
  const [, path = ''] = /<path d="([^"]+)" fill="none"/.exec(svg) ?? [];
  assert.is(path, 'M40 284.0H370.0V44.0H700');
  assert.ok(svg.includes('t &amp; u') && svg.includes('a &lt; b'));
});

test.run();
