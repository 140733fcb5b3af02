//! Puts an app's accent into the page's tokens.
import { accentTones } from '@aracari/engine';

const names = ['--accent', '--accent-text', '--on-accent'] as const;

/** Sets the accent through the style object, which a strict content policy allows; returns how to undo it. */
export function applyAccent(accent: string | undefined, theme: 'light' | 'dark'): () => void {
	const style = document.documentElement.style;
	const undo = (): void => names.forEach((name) => style.removeProperty(name));
	const tones = accent === undefined ? null : accentTones(accent, theme);
	undo();
	if (tones) {
		style.setProperty('--accent', tones.fill);
		style.setProperty('--accent-text', tones.text);
		style.setProperty('--on-accent', tones.on);
	}
	return undo;
}
