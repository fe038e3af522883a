// What was said in the last ten seconds: nothing of it has happened yet, and it can be taken back.
import { attempt, plain } from "../cadences/ask";

export class Said {
	constructor(queue, $bar) {
		this.queue = queue;
		this.$bar = $bar;
		this.waiting = [];
		$bar.on("click", ".cfq-undo", () => queue.undo());
	}

	has(name) {
		return this.waiting.some(({ item }) => item.name === name);
	}

	count() {
		return this.waiting.filter(({ item, counts }) => counts && item.bucket !== "Later").length;
	}

	async say(item, label, answer) {
		const { seconds } = await this.queue.call("say", { activity: item.name, ...answer });
		const entry = { item, label, counts: !answer.put_off_to, ends_at: Date.now() + seconds * 1000 };
		this.waiting.push(entry);
		entry.timer = setInterval(() => {
			if (Date.now() >= entry.ends_at) this.settle([entry]);
			else this.render();
		}, 1000);
		this.render();
	}

	/** Resolves to the item that was taken back, or to null when it was too late. */
	async undo() {
		const entry = this.waiting[this.waiting.length - 1];
		if (!entry) {
			frappe.show_alert({ message: __("There is nothing to take back."), indicator: "orange" });
			return null;
		}
		this.drop(entry);
		if (await this.queue.call("take_back", { activity: entry.item.name })) return entry.item;
		frappe.show_alert({ message: __("It was too late: it has been carried out."), indicator: "orange" });
		return null;
	}

	settle_all() {
		return this.settle([...this.waiting]);
	}

	/** Have it carried out now, and tell what came of it. */
	settle = attempt(async (entries) => {
		if (!entries.length) return;
		entries.forEach((entry) => this.drop(entry));
		const told = await this.queue.call("settle", { activities: entries.map(({ item }) => item.name) });
		for (const { item } of entries) {
			const message = __("{0}: {1}", [plain(item.record_title), plain(told[item.name])]);
			frappe.show_alert({ message, indicator: "blue" }, 7);
		}
		if (this.queue.is_shown()) this.queue.load();
	});

	drop(entry) {
		clearInterval(entry.timer);
		this.waiting = this.waiting.filter((each) => each !== entry);
		this.render();
	}

	render() {
		const entry = this.waiting[this.waiting.length - 1];
		if (!entry) {
			this.$bar.empty();
			return;
		}
		const left = Math.max(Math.ceil((entry.ends_at - Date.now()) / 1000), 0);
		this.$bar.html(`<span>${__("{0}: {1}", [plain(entry.item.record_title), plain(entry.label)])}</span>
			<button type="button" class="btn btn-xs btn-default cfq-undo">${__("Undo ({0} s)", [left])} <kbd>u</kbd></button>`);
	}
}
