import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { barChart } from '../../benchmark/bar-chart.js';

const bar = (label: string, value: number) => ({ label, value, text: `${value} %` });

test('the longest bar of a group has the full width, the others their share of it', () => {
  const svg = barChart([{ title: 'busy', bars: [bar('one', 25), bar('all', 100)] }], 'note');
  const widths = [...svg.matchAll(/width="([\d.]+)" height="18"/g)].map(([, width]) =>
    Number(width),
  );
  assert.is(widths.length, 2);
  assert.is((widths[0] ?? 0) * 4, widths[1]);
});

test('text is escaped, and stands in the chart as it was given otherwise', () => {
  const svg = barChart([{ title: 'a < b & c', bars: [bar('x > y', 1)] }], 'from here');
  for (const text of ['a &lt; b &amp; c', 'x &gt; y', '1 %', 'from here']) {
    assert.ok(svg.includes(`>${text}</text>`), text);
  }
});

test.run();
