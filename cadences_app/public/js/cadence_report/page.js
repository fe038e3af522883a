import { attempt, plain } from "../cadences/ask";
import { newest } from "../cadences/newest";
import { draw_days } from "./charts";
import { comparisons_html, cards_html, holdout_html, funnel_html, rows_html, still_html, coming_html } from "./parts";
import { save_csv } from "./csv";
import { flow_html } from "./flow";

const API = "cadences_app.api.reports";
const KEYS = ["cadence", "version", "owner", "since", "until"];
const SKELETON = () => `<div class="cr">
	<p class="cr-note text-muted small" role="status"></p>
	<div class="cr-cards"></div>
	${section("funnel", __("Funnel"))}
	${section("flow", __("Flow"))}
	${section("days", __("Over Time"))}
	${section("still", __("What Stands Still"))}
	${section("coming", __("What Comes in the Next Two Weeks"))}
	${section("comparisons", __("Templates Compared by Replies"))}
	${section("holdout", __("Beside Those Who Were Held Out"))}
	${section("versions", __("Versions Side by Side"))}
	${section("owners", __("By Owner"))}
	${section("exits", __("Why They Left"))}
	${section("dispositions", __("What Those Found Who Took Them Out"))}
	${section("results", __("Results of Calls"))}
</div>`;

function section(name, title) {
	return `<section class="cr-section" data-part="${name}" aria-label="${title}"><h2>${title}</h2><div></div></section>`;
}

export class Report {
	constructor(wrapper) {
		this.page = wrapper.page;
		this.$main = $(SKELETON()).appendTo(this.page.main);
		this.ask_anew = newest();
		this.add_filters();
		this.page.set_secondary_action(__("CSV"), () => this.answer && save_csv(this.answer));
		this.page.add_menu_item(__("Recount"), () => this.recount());
	}

	add_filters() {
		const add = (fieldname, df) => this.page.add_field({ fieldname, ...df, change: () => this.on_change() });
		this.fields = {
			cadence: add("cadence", { fieldtype: "Link", options: "Cadence", label: __("Cadence") }),
			version: add("version", { fieldtype: "Link", options: "Cadence Version", label: __("Version") }),
			owner: add("owner", { fieldtype: "Link", options: "User", label: __("Owner") }),
			since: add("since", { fieldtype: "Date", label: __("From") }),
			until: add("until", { fieldtype: "Date", label: __("To") }),
		};
		this.fields.version.get_query = () => ({ filters: { cadence: this.values().cadence } });
	}

	values() {
		return Object.fromEntries(KEYS.map((key) => [key, this.fields[key].get_value() || ""]));
	}

	async show() {
		const given = new URLSearchParams(window.location.search);
		const from_route = frappe.route_options || {};
		frappe.route_options = null;
		this.is_reading = true;
		for (const key of KEYS) {
			const value = from_route[key] ?? given.get(key);
			if (value != null) await this.fields[key].set_value(value);
		}
		this.is_reading = false;
		if (!this.values().cadence) await this.choose_first();
		this.keep_address();
		return this.load();
	}

	/** Something to see at once: the cadence that was changed last. */
	choose_first = attempt(async () => {
		const [first] = await frappe.db.get_list("Cadence", {
			filters: { status: ["!=", "Draft"] },
			order_by: "modified desc",
			limit: 1,
		});
		this.is_reading = true;
		if (first) await this.fields.cadence.set_value(first.name);
		this.is_reading = false;
	});

	on_change() {
		if (this.is_reading || JSON.stringify(this.values()) === this.asked) return;
		this.keep_address();
		this.load();
	}

	keep_address() {
		if (!this.is_shown()) return;
		const chosen = Object.entries(this.values()).filter(([, value]) => value);
		const query = new URLSearchParams(chosen).toString();
		window.history.replaceState(null, "", window.location.pathname + (query ? `?${query}` : ""));
	}

	load = attempt(async () => {
		const is_newest = this.ask_anew();
		const is_wanted = () => is_newest() && this.is_shown();
		const values = this.values();
		this.asked = JSON.stringify(values);
		if (!values.cadence) return this.clear(__("Choose a cadence. Nothing was activated yet."));
		const { cadence, owner } = values;
		let answer;
		try {
			answer = await frappe.xcall(`${API}.cadence`, values);
		} catch (refusal) {
			if (is_wanted()) this.clear(__("There are no figures for this choice."));
			throw refusal;
		}
		if (!is_wanted()) return;
		this.answer = answer;
		this.render();
		const [still, coming, held_out] = await Promise.all([
			frappe.xcall(`${API}.stands_still`, { cadence, owner }),
			frappe.xcall(`${API}.what_comes`, { cadence, owner }),
			frappe.xcall(`${API}.held_out`, { cadence }),
		]);
		if (!is_wanted()) return;
		this.answer = { ...answer, still, coming, held_out };
		this.put("still", still.length, still_html(still));
		this.put("coming", coming.length, coming_html(coming));
		this.put("holdout", held_out, held_out ? holdout_html(held_out) : "");
	});

	/** While another page is in front, nothing is drawn: it has no width, and it asks again when it is back. */
	is_shown() {
		return frappe.get_route()[0] === "cadence-report";
	}

	/** No figures: those of an earlier choice must not stand under this one. */
	clear(why) {
		this.answer = null;
		this.chart?.destroy();
		this.chart = null;
		this.$main.find(".cr-note").text(why);
		this.$main.find(".cr-cards").empty();
		this.$main.find(".cr-section").addClass("hidden");
	}

	render() {
		const { answer } = this;
		const { cadence } = answer;
		this.$main.find(".cr-note").html(answer.is_own_only ? plain(__("Figures of the records that you look after.")) : "");
		this.$main.find(".cr-cards").html(cards_html(answer));
		this.put("funnel", answer.funnel.length, funnel_html(answer));
		const flow = flow_html(answer.funnel, answer.cards[0].number);
		this.put("flow", flow, flow);
		this.put("comparisons", answer.comparisons.length, comparisons_html(answer.comparisons));
		this.put("versions", answer.versions.length > 1, rows_html(answer.versions, __("Version"), answer.measures));
		this.put("owners", answer.owners.length, rows_html(answer.owners, __("Owner"), answer.measures));
		this.put("exits", answer.exits.length, list_html(answer.exits, cadence));
		this.put("dispositions", answer.dispositions.length, list_html(answer.dispositions, cadence, "disposition"));
		this.put("results", answer.results.length, list_html(answer.results));
		this.put("still", true, `<p class="text-muted">${__("Being counted …")}</p>`);
		this.put("coming", false, "");
		this.put("holdout", false, "");
		this.chart?.destroy(); // or it goes on listening to the window
		this.put("days", answer.days.length, "");
		this.chart = answer.days.length ? draw_days(this.part("days")[0], answer) : null;
	}

	part(name) {
		return this.$main.find(`[data-part=${name}] > div`);
	}

	put(name, is_shown, html) {
		this.part(name).html(html).parent().toggleClass("hidden", !is_shown);
	}

	recount = attempt(async () => {
		const wrong = await frappe.xcall(`${API}.recount`, { cadence: this.values().cadence });
		frappe.show_alert(wrong ? __("{0} figures were set right.", [wrong]) : __("Every figure is right."));
		this.load();
	});
}

/** A list of reasons or results with their numbers; a number shows the records. */
function list_html(rows, cadence, field = "exit_reason") {
	const all = rows.reduce((sum, { number }) => sum + number, 0);
	const items = rows.map(({ value, label, number }) => {
		const url = cadence && `/app/cadence-enrollment?cadence=${encodeURIComponent(cadence)}&${field}=${encodeURIComponent(value)}`;
		const shown = url ? `<a href="${url}">${number}</a>` : number;
		return `<tr><td>${plain(label || __(value) || __("None"))}</td><td class="text-right">${shown}</td>
			<td class="text-right text-muted">${Math.round((100 * number) / all)} %</td></tr>`;
	});
	return `<table class="table table-sm">${items.join("")}</table>`;
}
