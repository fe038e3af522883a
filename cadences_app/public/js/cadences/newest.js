// Of questions that overtake one another the newest alone is answered on the screen.

/**
 * For a screen that asks again while an earlier answer is still to come: call it before each question; what it
 * returns says, once the answer is there, whether a newer question has been asked meanwhile.
 */
export function newest() {
	let last = 0;
	return () => {
		const mine = ++last;
		return () => mine === last;
	};
}
