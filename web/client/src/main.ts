//! Starts the client: reads where the API is, then shows who may see what.
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import { Client, loadConfig } from '@aracari/api';
import { Ui } from '@aracari/engine';
import { mount } from 'svelte';
import App from './App.svelte';
import { Session } from './session.svelte.ts';

const dark = matchMedia('(prefers-color-scheme: dark)');
const ui = new Ui({
	languages: navigator.languages,
	storage: safeStorage(() => localStorage),
	prefersDark: dark.matches,
});
dark.addEventListener('change', (event) => (ui.prefersDark = event.matches));
document.documentElement.dataset['theme'] = ui.theme;

const config = await loadConfig(location.href);
const session = new Session(
	new Client(config),
	safeStorage(() => sessionStorage),
);
const target = document.getElementById('app');
if (target) mount(App, { target, props: { ui, session } });

/** Storage can be forbidden altogether; reading the property then throws. */
function safeStorage(open: () => Storage): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
	try {
		return open();
	} catch {
		return { getItem: () => null, setItem: () => undefined, removeItem: () => undefined };
	}
}
