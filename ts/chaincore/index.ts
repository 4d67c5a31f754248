/** `@org/pow-native/chaincore`: the codec of ChainCore, difficulty rules, a node as a source of work, and a node for development. */

export * from './codec.js';
