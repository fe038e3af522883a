// The queue by keys alone; `?` shows them, as everywhere in Desk.

export function add_keys(queue) {
	const on = (shortcut, description, action) =>
		frappe.ui.keys.add_shortcut({
			shortcut,
			description,
			page: queue.page,
			condition: () => queue.is_shown() && !$(".modal.show").length,
			action,
		});
	on("j", __("Next follow-up"), () => queue.move(1));
	on("k", __("Previous follow-up"), () => queue.move(-1));
	on("enter", __("Open the follow-up in hand"), () => open_in_hand(queue));
	on("c", __("Complete, or send what waits"), () => queue.say_by_key("c"));
	on("s", __("Skip, or do not send what waits"), () => queue.say_by_key("s"));
	on("z", __("Put off"), () => queue.put_off());
	on("u", __("Take back what you said in the last ten seconds"), () => queue.undo());
	on("e", __("Edit what waits to be sent, or write a note"), () => queue.work.focus());
	on("x", __("Take the person out of the cadence, with a disposition"), () => queue.take_out());
	on("m", __("Edit what goes out next to this person"), () => queue.edit_next_mail());
	for (let number = 1; number <= 9; number++) {
		on(String(number), number === 1 ? __("The first result, and so on to 9") : "", () =>
			queue.say_by_key(String(number))
		);
	}
}

/** Enter on a button or link does what that does. */
function open_in_hand(queue) {
	if ($(document.activeElement).is("a, button, [role=button], [role=menuitem]")) return false;
	if (queue.selected) queue.select(queue.selected);
	queue.$main.find(".cfq-work")[0].focus();
	return true;
}
