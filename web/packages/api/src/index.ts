//! The server as seen from the browser.
export { Client, type ChoicesRequest } from './client.ts';
export { apiAddress, loadConfig } from './config.ts';
export type { EventHandlers } from './events.ts';
export { Http, type TokenStore } from './http.ts';
export { isAbort, Problem } from './problem.ts';
export type * from './types.ts';
