/** What a node is asked for. */
export const PURPOSES = ['info', 'work', 'solved', 'updates', 'cut', 'header'] as const;
export type Purpose = (typeof PURPOSES)[number];
