// Dialogs with what Frappe CRM's pages give their scripts.

const SHOWN = 50;

/**
 * Resolves to what the clicked answer returns. `answers` maps a button's label to a function; the dialog stays
 * open while that returns nothing. Closed without an answer it never resolves: nothing waits for it.
 */
export function ask({ $dialog }, { title, message, html, answers }) {
	return new Promise((resolve) => {
		const buttons = Object.entries(answers).map(([label, answer], index, all) => ({
			label,
			variant: index === all.length - 1 ? "solid" : "subtle",
			onClick(close) {
				const said = answer();
				if (!said) return;
				close();
				resolve(said);
			},
		}));
		$dialog({ title, message, html, actions: buttons });
	});
}

/** The records that were left out, and why. */
export function told_html(left_out) {
	const rows = left_out.slice(0, SHOWN).map(
		({ name, title, why }) => `<tr class="border-b">
			<td class="py-2 pr-4 text-ink-gray-8">${plain(title || name)}</td>
			<td class="py-2 text-ink-gray-6">${plain(why)}</td>
		</tr>`
	);
	const more = left_out.length - SHOWN;
	return `<table class="w-full text-base">${rows.join("")}</table>
		${more > 0 ? `<p class="mt-2 text-p-sm text-ink-gray-5">${__("and {0} more", [more])}</p>` : ""}`;
}

/** Text that comes from a person, safe within HTML. */
export function plain(text) {
	const element = document.createElement("span");
	element.textContent = text ?? "";
	return element.innerHTML.replaceAll('"', "&quot;");
}
