//! Puts a panel into the top layer beside its anchor, and closes it when the reader turns elsewhere.
import type { Attachment } from 'svelte/attachments';

export type Placement = { align: 'start' | 'end'; side: 'bottom' | 'top' };
const margin = 8;
const phone = '(max-width: 45rem)';

/** On a phone the style sheet makes the panel a bottom sheet; only wide screens are measured. */
export function floating(
	anchor: () => Element | null | undefined,
	placement: Placement,
	close: (refocus: boolean) => void,
): Attachment<HTMLElement> {
	return (panel) => {
		panel.showPopover();
		const place = (): void => {
			const from = anchor()?.getBoundingClientRect();
			if (!from || matchMedia(phone).matches) {
				panel.removeAttribute('style');
				return;
			}
			const { offsetWidth: width, offsetHeight: height } = panel;
			const wanted = placement.align === 'start' ? from.left : from.right - width;
			const below = from.bottom + margin;
			const above = from.top - margin - height;
			const fits = below + height <= innerHeight - margin;
			const top = placement.side === 'top' || (!fits && above >= margin) ? Math.max(margin, above) : below;
			panel.style.left = `${Math.max(margin, Math.min(wanted, innerWidth - width - margin))}px`;
			panel.style.top = `${top}px`;
			panel.style.maxHeight = `${innerHeight - top - margin}px`;
		};
		place();
		const outside = (event: Event): void => {
			const target = event.target as Node;
			if (!panel.contains(target) && !anchor()?.contains(target)) close(false);
		};
		const keys = (event: KeyboardEvent): void => {
			if (event.key !== 'Escape') return;
			event.preventDefault();
			event.stopPropagation();
			close(true);
		};
		const observer = new ResizeObserver(place);
		observer.observe(panel);
		addEventListener('resize', place);
		addEventListener('scroll', place, { capture: true, passive: true });
		addEventListener('pointerdown', outside, true);
		addEventListener('focusin', outside, true);
		addEventListener('keydown', keys, true);
		return () => {
			observer.disconnect();
			removeEventListener('resize', place);
			removeEventListener('scroll', place, { capture: true });
			removeEventListener('pointerdown', outside, true);
			removeEventListener('focusin', outside, true);
			removeEventListener('keydown', keys, true);
		};
	};
}

/** Moves the focus among the matching elements with the arrow keys, Home and End. */
export function arrowKeys(selector: string): (event: KeyboardEvent & { currentTarget: HTMLElement }) => void {
	return (event) => {
		const items = [...event.currentTarget.querySelectorAll<HTMLElement>(selector)];
		if (items.length === 0) return;
		const at = items.indexOf(document.activeElement as HTMLElement);
		const targets: Record<string, number> = {
			ArrowDown: (at + 1) % items.length,
			ArrowUp: at < 0 ? items.length - 1 : (at - 1 + items.length) % items.length,
			Home: 0,
			End: items.length - 1,
		};
		const target = targets[event.key];
		if (
			target === undefined ||
			(event.target instanceof HTMLInputElement && event.target.type === 'search' && event.key !== 'ArrowDown')
		)
			return;
		event.preventDefault();
		items[target]?.focus();
	};
}
