import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { search } from '../../ts/core/search.js';
import { Trace } from '../../ts/core/tracing.js';
import { Engine, NonceRange } from '../../ts/index.js';
import { anyWork, easyTarget, hardTarget, rejection } from '../fixtures.js';
import { ScriptedEngine } from '../workers/scripted-engine.js';
import { assertFailed, edges, endedSpans, setUpSdk, spanNamed } from './spans.js';

const engine = new Engine({ threads: 2 });
test.after(() => engine.close());

test('without an SDK nothing is traced, and mining is as ever', async () => {
  assert.is(Trace.start('pow.mine'), null);
  assert.ok(await engine.mine(anyWork, { target: easyTarget }));
  setUpSdk(); // from here on
});

test('a search that finds is one tree: mine over plan, search and verify', async () => {
  const solution = await engine.mine(anyWork, { target: easyTarget });
  const spans = endedSpans();
  assert.equal(edges(spans), [
    ' > pow.mine',
    'pow.mine > pow.plan',
    'pow.mine > pow.search',
    'pow.mine > pow.verify',
  ]);
  const { backend, kernels } = engine.stats();
  const what = {
    'pow.algorithm': anyWork.algorithm,
    'pow.backend': backend,
    'pow.kernel': kernels[anyWork.algorithm],
    'pow.threads': 2,
  };
  const step = spanNamed(spans, 'pow.search').attributes;
  const hashes = Number(step['pow.hashes']);
  assert.ok(hashes > Number(solution?.nonce), `${hashes} hashes`);
  assert.equal(step, { ...what, 'pow.hashes': hashes, 'pow.result': 'found' });
  const whole = spanNamed(spans, 'pow.mine');
  assert.equal(whole.attributes, {
    ...what,
    ...{ 'pow.hashes': hashes, 'pow.result': 'found', 'pow.nonce': String(solution?.nonce) },
  });
  for (const span of spans) assert.is(span.status.code, SpanStatusCode.UNSET);
});

test('an exhausted range has its hashes counted, and nothing to verify', async () => {
  const range = new NonceRange(0n, 10_000n);
  assert.is(await engine.mine(anyWork, { target: hardTarget, range }), null);
  const spans = endedSpans();
  assert.equal(edges(spans), [' > pow.mine', 'pow.mine > pow.plan', 'pow.mine > pow.search']);
  const { attributes } = spanNamed(spans, 'pow.mine');
  assert.is(attributes['pow.hashes'], 10_000);
  assert.is(attributes['pow.result'], 'exhausted');
});

test('the span that is active at the call is the parent, for searches side by side too', async () => {
  const tracer = trace.getTracer('the program');
  const once = (name: string) =>
    tracer.startActiveSpan(name, async (span) => {
      await engine.mine(anyWork, { target: easyTarget });
      assert.is(trace.getSpan(context.active()), span, 'the same span is active afterwards');
      span.end();
    });
  await Promise.all([once('one'), once('two')]);
  const spans = endedSpans();
  for (const name of ['one', 'two']) {
    const { traceId } = spanNamed(spans, name).spanContext();
    const own = spans.filter((span) => span.spanContext().traceId === traceId);
    assert.equal(
      edges(own),
      [
        ` > ${name}`,
        `${name} > pow.mine`,
        'pow.mine > pow.plan',
        'pow.mine > pow.search',
        'pow.mine > pow.verify',
      ].sort(),
    );
  }
});

test('an abort ends every span and is no error', async () => {
  const stop = new AbortController();
  const mining = rejection(engine.mine(anyWork, { target: hardTarget, signal: stop.signal }));
  stop.abort(new Error('new block'));
  await mining;
  const spans = endedSpans();
  assert.equal(edges(spans), [' > pow.mine', 'pow.mine > pow.plan', 'pow.mine > pow.search']);
  assert.is(spanNamed(spans, 'pow.mine').attributes['pow.result'], 'aborted');
  assert.is(spanNamed(spans, 'pow.search').attributes['pow.result'], 'cancelled');
  for (const span of spans) {
    assert.is(span.status.code, SpanStatusCode.UNSET);
    assert.equal(span.events, []);
  }
});

test('a bad argument is an error of the plan and of the whole', async () => {
  const range = new NonceRange(0n, 1n);
  await rejection(engine.mine(anyWork, { target: 'easy' as never, range }));
  const spans = endedSpans();
  assert.equal(edges(spans), [' > pow.mine', 'pow.mine > pow.plan']);
  for (const span of spans) assertFailed(span, 'POW_ARGUMENT', /target/);
  assert.is(spanNamed(spans, 'pow.mine').attributes['pow.result'], 'failed');
});

test('what onProgress throws is the error of the whole, without its control characters', async () => {
  const onProgress = () => {
    throw new RangeError('no \x1b[2J more');
  };
  await rejection(engine.mine(anyWork, { target: hardTarget, onProgress }));
  const spans = endedSpans();
  assertFailed(spanNamed(spans, 'pow.mine'), 'RangeError', /^no \\x1b\[2J more$/);
  assert.is(spanNamed(spans, 'pow.search').attributes['pow.result'], 'cancelled');
});

test('a nonce that does not win is an error of the verification', async () => {
  const lying = new ScriptedEngine();
  const failing = rejection(search(lying, anyWork, { target: hardTarget }));
  lying.searches[0]?.end({ kind: 'found', nonce: 7n });
  await failing;
  const spans = endedSpans();
  for (const name of ['pow.verify', 'pow.mine']) {
    assertFailed(spanNamed(spans, name), 'POW_MISMATCH', /nonce 7/);
  }
  assert.is(spanNamed(spans, 'pow.search').status.code, SpanStatusCode.UNSET);
});

test.run();
