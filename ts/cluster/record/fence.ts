/** `epoch * FENCES + attempt`: what says which lease of a unit is the newest. */

export const FENCES = 65_536;

export function epochOf(fence: number): number {
  return Math.floor(fence / FENCES);
}

/** Deliveries of one message of a queue outside, each under a fence of its own. */
export const MOST_DELIVERIES = 4_096;

/** Whether a lease of that fence may be of the message that was put there under `first`. */
export function isOfMessage(fence: number, first: number): boolean {
  return fence >= first && fence < first + MOST_DELIVERIES;
}
