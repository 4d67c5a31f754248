/**
 * Microseconds since the POSIX epoch, as the node reads them. `Date.now()` counts milliseconds: a
 * block would be refused as ahead of a clock that is behind by the rest of one.
 */
export function wallClock(): () => bigint {
  let originMs = performance.timeOrigin;
  return () => {
    const steadyMs = performance.now();
    const wallMs = Date.now();
    // The wall clock was set: follow it.
    if (Math.abs(originMs + steadyMs - wallMs) > 2) originMs = wallMs - steadyMs;
    return BigInt(Math.floor((originMs + steadyMs) * 1000));
  };
}
