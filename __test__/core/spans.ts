/** A real OpenTelemetry SDK that keeps its spans in memory, for the tests that read them. */

import { context, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import * as assert from 'uvu/assert';

const exporter = new InMemorySpanExporter();

/** Once in a process. */
export function setUpSdk(): void {
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors }));
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
}

/** What ended since the last call, first ended first. */
export function endedSpans(): readonly ReadableSpan[] {
  const spans = exporter.getFinishedSpans();
  exporter.reset();
  return spans;
}

export function spanNamed(spans: readonly ReadableSpan[], name: string): ReadableSpan {
  const found = spans.filter((span) => span.name === name);
  assert.is(found.length, 1, `${found.length} spans ${name}`);
  return found[0] as ReadableSpan;
}

/** `pow.mine > pow.plan`, sorted. */
export function edges(spans: readonly ReadableSpan[]): string[] {
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  const parentOf = (span: ReadableSpan) => names.get(span.parentSpanContext?.spanId ?? '') ?? '';
  return spans.map((span) => `${parentOf(span)} > ${span.name}`).sort();
}

/** The span failed with this code, says so in its status and has the exception. */
export function assertFailed(span: ReadableSpan, type: string, message: RegExp): void {
  assert.is(span.status.code, SpanStatusCode.ERROR);
  assert.match(span.status.message ?? '', message);
  assert.is(span.attributes['error.type'], type);
  const [exception, ...more] = span.events;
  assert.is(exception?.name, 'exception');
  assert.match(String(exception?.attributes?.['exception.message']), message);
  assert.is(more.length, 0);
}
