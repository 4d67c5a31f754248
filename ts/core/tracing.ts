/**
 * Spans for whoever sets up an OpenTelemetry SDK. Without one a search asks once, hears that nobody
 * listens, and makes no other span. Attributes are `pow.*`; `error.type` is the code of an error.
 */

import {
  type Attributes,
  type Context,
  context,
  INVALID_TRACEID,
  type Span,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { PowError } from '../errors.js';
import { printable, printableLines } from './printable.js';

/** Follows the SDK, also one that is set up later. */
const tracer = trace.getTracer('@org/pow-native');

/** A span under way, and a parent for others. */
export class Trace {
  readonly #span: Span;
  readonly #context: Context;

  private constructor(span: Span, parent: Context) {
    this.#span = span;
    this.#context = trace.setSpan(parent, span);
  }

  /** Below the span that is active now; `null` without an SDK. */
  static start(name: string, attributes: Attributes = {}): Trace | null {
    const span = tracer.startSpan(name, { attributes });
    // An SDK gives an identity even to a span it does not record: what is below it counts as well.
    return span.spanContext().traceId === INVALID_TRACEID
      ? null
      : new Trace(span, context.active());
  }

  child(name: string, attributes: Attributes = {}): Trace {
    const span = tracer.startSpan(name, { attributes }, this.#context);
    return new Trace(span, this.#context);
  }

  /** Runs `call` with this span as the active one: requests that it makes belong to it. */
  within<T>(call: () => T): T {
    return context.with(this.#context, call);
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  /** What an error says may come from the network: no control character goes further. */
  fail(error: unknown): void {
    const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
    const text = printable(message);
    this.#span.recordException({
      name: printable(name),
      message: text,
      ...(stack === undefined ? {} : { stack: printableLines(stack) }),
    });
    const type = error instanceof PowError ? error.code : printable(name);
    this.#span.setAttribute('error.type', type);
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: text });
  }

  end(attributes: Attributes = {}): void {
    this.#span.setAttributes(attributes);
    this.#span.end();
  }
}

/** Runs `call` in a span of its own below `parent`. */
export function traced<T>(parent: Trace | null, name: string, call: () => T): T {
  if (parent === null) return call();
  const step = parent.child(name);
  try {
    return step.within(call);
  } catch (error) {
    step.fail(error);
    throw error;
  } finally {
    step.end();
  }
}
