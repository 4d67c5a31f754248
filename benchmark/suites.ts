/** One question, answered by the file of that name. */
export interface SuiteRow {
  readonly name: string;
  readonly question: string;
}

/** Every suite. `run.ts` and the tests walk this table. */
export const SUITES: readonly SuiteRow[] = [
  { name: 'scan', question: 'How fast does mine() search each layout, by number of threads?' },
  {
    name: 'over-kernel',
    question: 'What does mine() keep of the raw kernel, and two threads of two?',
  },
  { name: 'event-loop', question: 'How late does the event loop run while every core mines?' },
  {
    name: 'chaincore',
    question: "How fast is ChainCore's text searched in both layouts, and by a plain loop?",
  },
  { name: 'peers', question: 'How fast are other packages on the same work, on one thread?' },
  { name: 'tiny-searches', question: 'How many searches of 4,096 nonces end per second?' },
  { name: 'warm-hit', question: 'How long does a search take that wins at once?' },
  { name: 'abort', question: 'How long from abort() to the rejection, and to idle threads?' },
  { name: 'candidates', question: 'How busy are 24 threads while 24 candidates come one by one?' },
  { name: 'cpu-limit', question: 'What share of a core does a thread use under each cpuLimit?' },
  { name: 'preempt', question: 'How long from other work to the last thread that hashes it?' },
  {
    name: 'devnet',
    question: 'How soon is work there again after a node was killed? (npm run devnet:200)',
  },
  { name: 'cluster', question: 'What does a cluster cost in units, news and hash rate?' },
  {
    name: 'cluster-kills',
    question: 'How soon do units flow after a master was killed? (npm run cluster:kills)',
  },
  { name: 'stratum', question: 'How many devices and shares does a Stratum server take?' },
];
