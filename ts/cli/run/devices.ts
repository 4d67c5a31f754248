/** The devices of a Stratum server in the report: how many, what their shares came to, and whose. */

import type { StratumOverview, StratumServerStats } from '../../stratum/index.js';
import type { RateEstimate } from '../../stratum/session/share-rate.js';
import { count, hashRate } from '../quantities.js';
import { textTable } from '../table.js';

/** Of users, the fastest; JSON has them all. */
const MOST_USERS = 20;

/** For the live line. */
export function devicesPart({ connections, shares }: StratumOverview): string {
  const { accepted = 0, ...refused } = shares;
  const sum = Object.values(refused).reduce((total, each) => total + each, 0);
  const devices = `${connections} ${connections === 1 ? 'device' : 'devices'}`;
  return `${devices}: ${count(accepted)} shares accepted, ${count(sum)} refused`;
}

/** What it all came to, and a row for each user. */
export function devicesSummary({ connections, shares, rate, users }: StratumServerStats): string {
  const verdicts = Object.entries({ accepted: 0, ...shares });
  const counts = verdicts.map(([kind, times]) => `${count(times)} ${kind}`).join(', ');
  const lines = [
    `devices  ${connections} connected, ${hashRate(rate.hashesPerSecond)} of late (${range(rate)})`,
    `shares   ${counts}`,
  ];
  if (users.length === 0) return lines.join('\n');
  const fastest = users
    .toSorted((left, right) => right.rate.hashesPerSecond - left.rate.hashesPerSecond)
    .slice(0, MOST_USERS);
  const head = ['user', '>accepted', '>rejected', '>rate', '95 % interval'];
  const rows = fastest.map(({ user, accepted, rejected, rate: own }) => {
    return [user, `${accepted}`, `${rejected}`, hashRate(own.hashesPerSecond), range(own)];
  });
  const more = users.length - fastest.length;
  const rest = more > 0 ? [`and ${more} more`] : [];
  return [...lines, '', textTable(head, rows), ...rest].join('\n');
}

function range({ low, high }: RateEstimate): string {
  return `${hashRate(low)} to ${hashRate(high)}`;
}
