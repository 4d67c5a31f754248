/**
 * A loopback address of this process alone, where the system has more than one. A port that a test
 * gives up and opens again is never another test's there, and no miner that waits for its node to
 * come back meets the node of a stranger.
 */
export const OWN_HOST =
  process.platform === 'darwin'
    ? '127.0.0.1'
    : [127, 64 + ((process.pid >> 16) & 127), (process.pid >> 8) & 255, process.pid & 255].join(
        '.',
      );
