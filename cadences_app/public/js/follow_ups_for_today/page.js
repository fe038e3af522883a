import { attempt } from "../cadences/ask";
import { newest } from "../cadences/newest";
import { Filters } from "./filters";
import { add_keys } from "./keys";
import { ask_disposition } from "../cadences/steps";
import { edit_next_mail } from "../cadences/next_mail";
import { person_html } from "./person";
import { is_sent, list_html, progress_html, SKELETON } from "./list";
import { Said } from "./said";
import { choose_notices } from "./notices";
import { put_off } from "./put_off";
import { Work } from "./work";

const API = "cadences_app.api.queue";
const POLL_EVERY = 60_000;
const CHANGED = "cadence_queue";

export class FollowUpsForToday {
	constructor(wrapper) {
		this.wrapper = wrapper;
		this.page = wrapper.page;
		this.items = [];
		this.selected = null;
		this.ask_anew = newest();
		this.ask_for_item = newest();
		this.$main = $(SKELETON()).appendTo(this.page.main);
		this.filters = new Filters(this.page, () => this.load());
		this.said = new Said(this, this.$main.find(".cfq-said"));
		this.work = new Work(this, this.$main.find(".cfq-work"));
		add_keys(this);
		this.page.add_menu_item(__("What I Am Told Of"), choose_notices);
		this.$main.on("click", ".cfq-item", ({ currentTarget }) => this.select(currentTarget.dataset.name));
		this.$main.on("click", ".cfq-back", () => this.$main.removeClass("has-open"));
		this.$main.on("click", ".cfq-next-mail", () => this.edit_next_mail());
		$(wrapper).on("hide", () => this.said.settle_all());
		this.listen();
	}

	call(method, args = {}) {
		return frappe.xcall(`${API}.${method}`, args);
	}

	/** New work comes by Frappe's realtime; where that does not run, and in any case each minute, by asking. */
	listen() {
		frappe.realtime.on(CHANGED, () => this.is_shown() && this.load());
		setInterval(() => this.is_shown() && !document.hidden && this.load(), POLL_EVERY);
	}

	is_shown() {
		return frappe.get_route()[0] === "follow-ups-for-today";
	}

	show() {
		this.filters.read_address();
		return this.load();
	}

	load = attempt(async () => {
		const is_newest = this.ask_anew();
		const answer = await this.call("today", this.filters.values());
		if (!is_newest()) return;
		this.next = null;
		this.items = answer.items.filter(({ is_said, name }) => !is_said && !this.said.has(name));
		this.answer = answer;
		this.filters.offer(answer);
		this.render();
	});

	render() {
		const { counts, done, has_more, zone } = this.answer;
		const open = this.items.length;
		this.$main.find(".cfq-list").html(list_html(this.items, counts, has_more, this.selected));
		this.$main.find(".cfq-progress").html(progress_html(done + this.said.count(), this.due_today()));
		this.$main.find(".cfq-zone").text(__("Times in {0}", [zone]));
		this.$main.toggleClass("is-empty", !open);
		if (!open) this.show_empty();
		else if (!this.items.some(({ name }) => name === this.selected)) this.select(this.items[0].name, false);
	}

	due_today() {
		return this.items.filter(({ bucket }) => bucket !== "Later").length;
	}

	show_empty() {
		this.selected = null;
		this.$main.removeClass("has-open");
		this.work.clear(this.filters.are_set());
		this.$main.find(".cfq-person").empty();
	}

	item() {
		return this.items.find(({ name }) => name === this.selected);
	}

	/** Open an item. On a phone, where one column is seen at a time, `opens` brings it to the front. */
	select = attempt(async (name, opens = true) => {
		this.selected = name;
		this.mark_selected();
		if (opens) this.$main.addClass("has-open");
		const is_newest = this.ask_for_item();
		const detail = await this.ask_for(name);
		if (this.selected !== name || !this.item() || !is_newest()) return;
		this.detail = detail;
		this.work.show(this.item(), detail);
		this.$main.find(".cfq-person").html(person_html(this.item(), detail));
	});

	/** Nothing is said of an item that is not on the screen yet, so the next one is asked for beforehand. */
	ask_for(name) {
		const ask = (activity) => this.call("item", { activity });
		const found = this.next?.name === name ? this.next.answer : ask(name);
		const at = this.items.findIndex((each) => each.name === name);
		const following = this.items[at + 1]?.name;
		this.next = following ? { name: following, answer: ask(following) } : null;
		this.next?.answer.catch(() => {}); // it is told when the item is opened
		return found;
	}

	mark_selected() {
		const $items = this.$main.find(".cfq-item").attr("aria-current", null);
		const $chosen = $items.filter((_, each) => each.dataset.name === this.selected);
		$chosen.attr("aria-current", "true");
		$chosen[0]?.scrollIntoView({ block: "nearest" });
	}

	move(by) {
		const at = this.items.findIndex(({ name }) => name === this.selected);
		const next = this.items[Math.min(Math.max(at + by, 0), this.items.length - 1)];
		if (next && next.name !== this.selected) this.select(next.name);
	}

	/** The result that this key stands for, if the item in hand has it. */
	say_by_key(key) {
		const result = this.detail?.name === this.selected && this.detail.results.find((each) => each.key === key);
		if (result) this.say(result);
	}

	say = attempt(async (result) => {
		const item = this.item();
		const told = this.work.told(); // before anybody goes on to another one
		if (!item || (await this.work.keep_edits()) === false) return;
		const { outcome, result: detail = "" } = result;
		await this.said.say(item, result.label, { outcome, result: detail, ...told });
		this.go_on(item);
	});

	put_off = attempt(async () => {
		const item = this.item();
		if (!item || is_sent(item)) return;
		const put_off_to = await put_off(item);
		if (!put_off_to) return;
		await this.said.say(item, __("put off"), { put_off_to });
		this.go_on(item);
	});

	/** End the run with a disposition (S5.7); what is in hand can be completed along with it. */
	take_out = attempt(async () => {
		const item = this.item();
		if (!item || item.is_ended || this.detail?.name !== item.name) return;
		const is_mail = is_sent(item);
		const label = item.channel === "Call" ? __("The call was made") : __("The task is done");
		const completes = { fieldname: "completes", fieldtype: "Check", label, default: 1, hidden: is_mail };
		const answer = await ask_disposition([completes]);
		if (!answer) return;
		const { note = "", minutes = 0 } = this.work.told();
		const { disposition = "", why = "" } = answer;
		const outcome = !is_mail && answer.completes ? "Completed" : "";
		await this.said.say(item, disposition || __("taken out"), {
			outcome,
			minutes,
			note: why || note,
			ends: 1,
			disposition,
		});
		this.go_on(item);
	});

	edit_next_mail = attempt(async () => {
		const item = this.item();
		if (!item || !this.detail?.next_mail || this.detail.name !== item.name) return;
		if (await edit_next_mail(item.enrollment)) this.look_again(item);
	});

	/** What was changed of an item is shown, unless another one was opened meanwhile. */
	look_again({ name }) {
		if (this.selected === name) this.select(name);
	}

	/** The next one opens, unless another one was opened meanwhile; of what was said the bar below counts down. */
	go_on(item) {
		const at = this.items.findIndex(({ name }) => name === item.name);
		this.items = this.items.filter(({ name }) => name !== item.name);
		this.answer.counts[item.bucket] -= 1;
		if (this.selected !== item.name) return this.render();
		const next = this.items[Math.min(at, this.items.length - 1)];
		this.selected = next ? next.name : null;
		this.render();
		if (next) this.select(next.name);
	}

	undo = attempt(async () => {
		const item = await this.said.undo();
		if (!item) return;
		await this.load();
		if (this.items.some(({ name }) => name === item.name)) this.select(item.name);
	});
}
