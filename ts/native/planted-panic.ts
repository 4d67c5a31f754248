/**
 * A broken kernel on demand, for tests of what it does to its surroundings: while
 * `POW_NATIVE_TEST_PANIC` holds a nonce, engines opened then panic in the chunk with that nonce.
 * Asked when an engine is opened; others carry nothing of it.
 */
export function plantedPanic(): bigint | null {
  const nonce = process.env['POW_NATIVE_TEST_PANIC'];
  return nonce === undefined || !/^\d{1,20}$/.test(nonce) ? null : BigInt(nonce);
}
