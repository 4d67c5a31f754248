import { SpanStatusCode, trace } from '@opentelemetry/api';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PowError } from '../../ts/errors.js';
import { assertFailed, edges, endedSpans, setUpSdk, spanNamed } from '../core/spans.js';
import { job, turns } from './jobs.js';
import { closeAll, miningWith } from './scripted-mining.js';

setUpSdk();
test.after.each(closeAll);

test('a submission is a span with its outcome, over what the source does for it', async () => {
  const { source, worker } = miningWith();
  source.answer = async () => {
    trace.getTracer('http').startSpan('POST').end();
    return { result: 'stale', block: true };
  };
  source.intake.put(job('a\x07', 'chain-0'));
  await turns();
  worker.hand('a\x07').find(1n);
  await turns();
  const spans = endedSpans();
  assert.equal(edges(spans), [' > pow.submit', 'pow.submit > POST']);
  const { attributes, status } = spanNamed(spans, 'pow.submit');
  assert.equal(attributes, {
    ...{ 'pow.lane': 'chain-0', 'pow.job': 'a\\x07', 'pow.result': 'stale', 'pow.block': true },
  });
  assert.is(status.code, SpanStatusCode.UNSET);
});

test('a submission that could not be sent is a span with an error', async () => {
  const { source, worker } = miningWith();
  source.answer = async () => {
    throw new PowError('POW_SOURCE', 'the node says \x1b[2J');
  };
  source.intake.put(job('a', 'chain-0'));
  await turns();
  worker.hand('a').find(1n);
  await turns();
  const span = spanNamed(endedSpans(), 'pow.submit');
  assertFailed(span, 'POW_SOURCE', /the node says \\x1b\[2J$/);
});

test.run();
