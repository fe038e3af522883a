// What the builder knows: the form's rows in words, what is chosen, what can be undone.
import { computed, nextTick, ref, shallowRef, watch } from "vue";
import { defineStore } from "pinia";
import { useDebounceFn, useManualRefHistory } from "@vueuse/core";
import { branch_of, lay_out, START } from "./tree";
import * as rows_of_form from "./rows";

const SOON = 250; // milliseconds after the last key stroke
const API = "cadences_app.api.builder";

export const use_store = defineStore("cadence-builder", () => {
	const frm = shallowRef(null);
	const mode = ref("draft"); // or "published"
	const draft_rows = shallowRef([]);
	const draft_picture = shallowRef({});
	const published = shallowRef(null);
	const selected = ref("");
	const panel = ref(""); // "", "follow_up", "rules", "sending" or "try"
	const lit = shallowRef(null); // what a dry run showed, by follow-up
	const told_stories = shallowRef(null); // which stories hold, and what differs
	const held = shallowRef({}); // the snapshot that the history keeps
	const history = useManualRefHistory(held, { clone: true, capacity: 100 });
	const ask_to_check = cadences.newest();
	const ask_for_stories = cadences.newest();
	let is_restoring = false;

	const is_published = computed(() => mode.value === "published");
	const is_read_only = computed(() => is_published.value || !frm.value?.has_perm("write"));
	const rows = computed(() => (is_published.value ? published.value?.rows || [] : draft_rows.value));
	const picture = computed(() =>
		is_published.value ? published.value?.picture || {} : draft_picture.value
	);
	const words = computed(() => by_key(picture.value.follow_ups));
	const layout = computed(() => lay_out(rows.value, words.value));
	const numbers = computed(() => (is_published.value ? published.value?.numbers || {} : {}));
	const chosen = computed(() => rows.value.find(({ key }) => key === selected.value));

	function faults_of(key) {
		return picture.value.faults_of?.[key] || [];
	}

	/** Take the form's rows over. */
	function take_over() {
		draft_rows.value = frm.value.doc.follow_ups.map(drawn_row);
		if (!rows.value.some(({ key }) => key === selected.value)) select("");
		check_soon();
	}

	async function check() {
		const { doc } = frm.value;
		if (!doc.module) return;
		const is_newest = ask_to_check();
		const told = await frappe.xcall(`${API}.check`, { doc });
		if (!is_newest() || doc !== frm.value.doc) return; // somebody has typed on
		draft_picture.value = told.unreadable
			? { ...draft_picture.value, general_faults: [told.unreadable] }
			: told;
		frm.value.cadence_picture = draft_picture.value;
		$(frm.value.wrapper).trigger("cadence-picture");
	}
	const check_soon = useDebounceFn(check, SOON);

	async function show_published() {
		const cadence = frm.value.doc.name;
		const told = await frappe.xcall(`${API}.published`, { cadence });
		if (frm.value.doc.name !== cadence) return; // another one is shown by now
		published.value = drawable(told);
		mode.value = "published";
		panel.value = "";
	}

	function show_draft() {
		mode.value = "draft";
		lit.value = null;
	}

	function select(key, what = "") {
		selected.value = key;
		if (what || panel.value === "follow_up") panel.value = key ? "follow_up" : "";
	}

	/** Remember how the rows read now, if that differs from what was remembered last. */
	function keep() {
		const now = rows_of_form.snapshot(frm.value);
		if (is_restoring || JSON.stringify(now) === JSON.stringify(held.value)) return;
		held.value = now;
		history.commit();
	}
	const keep_soon = useDebounceFn(keep, 400);

	function forget() {
		held.value = rows_of_form.snapshot(frm.value);
		history.commit();
		history.clear();
	}

	function step(back) {
		keep();
		back ? history.undo() : history.redo();
		is_restoring = true;
		rows_of_form.restore(frm.value, held.value);
		held.value = rows_of_form.snapshot(frm.value); // as it reads now, so that nothing new is remembered
		take_over();
		nextTick(() => (is_restoring = false));
	}

	/** Do something to the rows, remember it, and draw it. */
	function change(act) {
		keep();
		const answer = act(frm.value);
		take_over();
		keep();
		return answer;
	}

	function add(parent, channel, trigger) {
		select(
			change((form) => rows_of_form.add_follow_up(form, parent, channel, trigger)),
			"open"
		);
	}

	function copy(key) {
		select(
			change((form) => rows_of_form.copy_follow_up(form, key)),
			"open"
		);
	}

	function move(key, parent) {
		const target = parent === START ? "" : parent;
		if (key === target || branch_of(rows.value, key).has(target)) return;
		if (change((form) => rows_of_form.move_follow_up(form, key, target))) {
			frappe.show_alert(
				__("Its trigger can't happen there, so it follows whatever comes of the one before.")
			);
		}
	}

	function remove(keys, heir = "") {
		change((form) => rows_of_form.delete_follow_ups(form, keys, heir));
		select(heir);
	}

	/** Run the stories of the form as it stands (S1.10). */
	async function run_stories() {
		const is_newest = ask_for_stories();
		const { doc } = frm.value;
		if (!doc.module || !frm.value.has_perm("write") || !doc.stories?.length) {
			told_stories.value = null;
			return;
		}
		const told = await frappe.xcall("cadences_app.api.stories.run", { doc });
		if (is_newest() && doc === frm.value.doc) told_stories.value = told;
	}

	function change_stories(act) {
		act(frm.value);
		frm.value.dirty();
		frm.value.refresh_field("stories");
		return cadences.attempt(run_stories)();
	}

	watch(mode, () => select(""));

	return {
		frm,
		mode,
		rows,
		picture,
		words,
		layout,
		numbers,
		chosen,
		selected,
		panel,
		lit,
		published,
		told_stories,
		run_stories: cadences.attempt(run_stories),
		change_stories,
		is_published,
		is_read_only,
		can_undo: history.canUndo,
		can_redo: history.canRedo,
		faults_of,
		take_over,
		show_published,
		show_draft,
		select,
		keep_soon,
		forget,
		undo: () => step(true),
		redo: () => step(false),
		change,
		add,
		copy,
		move,
		remove,
	};
});

/** What the server told of a published or ready-made cadence, with rows as the tree takes them. */
export function drawable(told) {
	return { ...told, rows: told.rows.map(drawn_row) };
}

export function by_key(follow_ups = []) {
	return Object.fromEntries(follow_ups.map((each) => [each.key, each]));
}

function drawn_row({ name, follow_up_key, parent_follow_up, channel, title, invite_starts_field }) {
	const key = follow_up_key || name;
	return { name, key, parent: parent_follow_up || "", channel, title, invite_starts_field };
}
