//! What components of an open app share.
import { createContext } from 'svelte';
import type { AppReader } from './reader.svelte.ts';
import type { Ui } from './ui.svelte.ts';

export const [getUi, setUi] = createContext<Ui>();
export const [getReader, setReader] = createContext<AppReader>();
