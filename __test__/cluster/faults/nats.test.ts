import { test } from 'uvu';
import { addCases } from './run-cases.js';

addCases('nats');

test.run();
