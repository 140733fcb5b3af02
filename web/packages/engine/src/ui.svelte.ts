//! Choices about the interface that outlive a page: language, light or dark, words said to screen readers.
import { chooseLocale, messages, type InterfaceLocale, type Messages } from './i18n/index.ts';

export type ThemeMode = 'auto' | 'light' | 'dark';
export type Environment = {
	languages: readonly string[];
	storage: Pick<Storage, 'getItem' | 'setItem'>;
	prefersDark: boolean;
};

export class Ui {
	locale: InterfaceLocale = $state('en');
	mode: ThemeMode = $state('auto');
	prefersDark = $state(false);
	/** Read out politely by screen readers. */
	announcement = $state('');
	/** A short confirmation that floats for a moment. */
	toast = $state('');
	readonly theme: 'light' | 'dark' = $derived(this.mode === 'auto' ? (this.prefersDark ? 'dark' : 'light') : this.mode);
	readonly t: Messages = $derived(messages[this.locale]);
	readonly #environment: Environment;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(environment: Environment) {
		this.#environment = environment;
		const mode = this.#read('theme');
		if (mode === 'light' || mode === 'dark') this.mode = mode;
		this.prefersDark = environment.prefersDark;
		this.locale = chooseLocale([this.#read('locale'), ...environment.languages]);
	}

	chooseTheme(mode: ThemeMode): void {
		this.mode = mode;
		this.#write('theme', mode);
	}

	chooseLocale(locale: InterfaceLocale): void {
		this.locale = locale;
		this.#write('locale', locale);
	}

	/** The account's language, unless this browser was told another. */
	suggestLocale(locale: string | null): void {
		if (this.#read('locale') === null && locale) this.locale = chooseLocale([locale, ...this.#environment.languages]);
	}

	announce(words: string): void {
		this.announcement = words;
	}

	say(words: string): void {
		this.toast = words;
		this.announcement = words;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => (this.toast = ''), 2500);
	}

	#read(key: string): string | null {
		try {
			return this.#environment.storage.getItem(`aracari.${key}`);
		} catch {
			// Storage is refused in some private windows: the choice then lasts as long as the page.
			return null;
		}
	}

	#write(key: string, value: string): void {
		try {
			this.#environment.storage.setItem(`aracari.${key}`, value);
		} catch {
			return;
		}
	}
}
