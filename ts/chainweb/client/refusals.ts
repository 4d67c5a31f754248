/** What a status means for each request, and what to do about it. */

import { NodeFailure } from '../../miner/node-failure.js';
import type { HttpAnswer } from './http.js';
import type { Purpose } from './purposes.js';

/** Of an error body: enough for any message of the node. */
const MOST_TEXT = 200;

const ANY = 'any';

/** One row for each refusal that people have met; `status` may be any other. */
const ADVICE: readonly {
  readonly purpose: Purpose;
  readonly status: number | typeof ANY;
  readonly advice: string;
}[] = [
  {
    purpose: 'info',
    status: ANY,
    advice: "this is no service API of a Chainweb node: give the node's service port (1848)",
  },
  {
    purpose: 'work',
    status: 403,
    advice:
      'the node does not mine for this account: account, predicate and public keys must all equal ' +
      'one of its miners (its --mining-public-key=KEY makes account k:KEY, predicate keys-all)',
  },
  {
    purpose: 'work',
    status: 404,
    advice:
      'no mining here: start the node with --enable-mining-coordination --mining-public-key=KEY, ' +
      'and give its service port (1848), not that of its peers',
  },
  {
    purpose: 'work',
    status: 503,
    advice:
      'the node has handed out as much work as it may (its --mining-request-limit), or is not up ' +
      'yet: asking again',
  },
  {
    purpose: 'work',
    status: ANY,
    advice: 'a proxy in between may drop the body of GET requests, which this API needs',
  },
  {
    purpose: 'solved',
    status: 404,
    advice:
      'the node does not know this work: it was solved already, is older than five minutes, or ' +
      'came from another node behind the same address (use sticky sessions)',
  },
  {
    purpose: 'updates',
    status: 503,
    advice:
      'the node has no update stream left (its --mining-update-stream-limit): asking for work at ' +
      'intervals meanwhile',
  },
];

/** The failure that an answer stands for, in words that say what to do. */
export function refusalOf(purpose: Purpose, answer: HttpAnswer): NodeFailure {
  const { status, body } = answer;
  const kind = status >= 500 ? 'failing' : 'refused';
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8').trim();
  const said = text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}…` : text;
  const row = ADVICE.find(
    (each) => each.purpose === purpose && (each.status === status || each.status === ANY),
  );
  const heard = said === '' ? `status ${status}` : `status ${status}, "${said}"`;
  const detail = row === undefined ? heard : `${heard}: ${row.advice}`;
  return new NodeFailure(kind, detail, { status });
}
