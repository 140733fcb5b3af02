//! The interface's languages.
import { en, type Messages } from './en.ts';
import { fr } from './fr.ts';

export type { Messages } from './en.ts';
export type InterfaceLocale = keyof typeof messages;

export const messages = { en, fr } satisfies Record<string, Messages>;
export const localeNames: Record<InterfaceLocale, string> = { en: 'English', fr: 'Français' };

/** The first wanted language that the interface speaks, by its main part (`fr-CA` is `fr`). */
export function chooseLocale(wanted: readonly (string | null | undefined)[]): InterfaceLocale {
	for (const one of wanted) {
		const main = one?.split('-')[0]?.toLowerCase();
		if (main !== undefined && Object.hasOwn(messages, main)) return main as InterfaceLocale;
	}
	return 'en';
}
