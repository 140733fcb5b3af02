//! A text in which names stand between backticks, taken apart.

export type CodePart = { text: string; code: boolean };

/** A backtick without its partner stays what it is. */
export function codeParts(text: string): CodePart[] {
	const pieces = text.split('`');
	if (pieces.length % 2 === 0) {
		const [last = '', before = ''] = [pieces.pop(), pieces.pop()];
		pieces.push(`${before}\`${last}`);
	}
	return pieces.map((piece, index) => ({ text: piece, code: index % 2 === 1 })).filter((part) => part.text !== '');
}
