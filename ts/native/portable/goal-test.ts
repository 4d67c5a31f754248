import type { ByteOrder, GoalPlan } from '../contract.js';

/**
 * The test a digest must pass, on all 256 bits. The byte that decides most often is looked at
 * first, so that almost every digest is dismissed by one comparison.
 */
export function goalTest(goal: GoalPlan, order: ByteOrder): (digest: Uint8Array) => boolean {
  return goal.kind === 'target'
    ? targetTest(goal.value, order)
    : patternTest(goal.value, goal.mask);
}

function targetTest(target: Uint8Array, order: ByteOrder): (digest: Uint8Array) => boolean {
  const last = target.length - 1;
  // Byte i of the target, most significant first, meets digest byte `i ^ flip`: 31 - i when `le`.
  const flip = order === 'le' ? last : 0;
  return (digest) => {
    for (let i = 0; i <= last; i++) {
      const difference = (digest[i ^ flip] as number) - (target[i] as number);
      if (difference !== 0) return difference < 0;
    }
    return true;
  };
}

function patternTest(value: Uint8Array, mask: Uint8Array): (digest: Uint8Array) => boolean {
  const masked = Uint8Array.from(mask.keys()).filter((i) => mask[i] !== 0);
  return (digest) => {
    for (const i of masked) {
      const difference = (digest[i] as number) ^ (value[i] as number);
      if ((difference & (mask[i] as number)) !== 0) return false;
    }
    return true;
  };
}
