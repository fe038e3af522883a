// The filters, which stay in the address: a link to what one sees can be kept and sent.
import { plain } from "../cadences/ask";

const KEYS = ["user", "cadence", "module", "channel"];

export class Filters {
	constructor(page, changed) {
		this.page = page;
		this.changed = changed;
		this.is_reading = false;
		this.fields = {
			cadence: this.add({ fieldtype: "Link", options: "Cadence", label: __("Cadence") }, "cadence"),
			module: this.add({ fieldtype: "Link", options: "DocType", label: __("Module") }, "module"),
			channel: this.add({ fieldtype: "Select", label: __("Channel"), options: this.channels() }, "channel"),
		};
		this.fields.module.get_query = () => ({
			filters: { name: ["in", Object.keys(frappe.boot.cadence_modules || {})] },
		});
	}

	add(df, fieldname) {
		return this.page.add_field({ ...df, fieldname, change: () => this.on_change() });
	}

	channels() {
		const known = Object.keys(frappe.boot.cadence_terms?.outcomes || {});
		return [{ value: "", label: __("All Channels") }, ...known.map((value) => ({ value, label: __(value) }))];
	}

	/** A manager can look at a team; the choice comes with the first answer. */
	offer({ may_lead, team }) {
		if (!may_lead) return;
		const options = [
			{ value: "", label: __("My Follow-ups") },
			{ value: "*", label: __("The Whole Team") },
			// the labels of a Select are HTML to Frappe
			...team.map(({ name, full_name }) => ({ value: name, label: plain(full_name) })),
		];
		if (!this.fields.user) {
			this.fields.user = this.add({ fieldtype: "Select", label: __("Whose"), options }, "user");
			this.set("user", this.wanted_user);
		} else {
			const chosen = this.fields.user.get_value();
			this.fields.user.df.options = options;
			this.fields.user.set_options(chosen);
			this.set("user", chosen);
		}
	}

	values() {
		const found = Object.fromEntries(
			Object.entries(this.fields).map(([key, field]) => [key, field.get_value() || ""])
		);
		return { ...found, user: this.wanted_user || "" };
	}

	are_set() {
		return Object.values(this.values()).some(Boolean);
	}

	read_address() {
		const given = { ...Object.fromEntries(new URLSearchParams(window.location.search)), ...frappe.route_options };
		frappe.route_options = null;
		this.wanted_user = given.user || "";
		for (const key of KEYS) if (this.fields[key]) this.set(key, given[key] || "");
		this.keep_address(this.values());
	}

	/** Without telling that it changed: the one who sets it loads anyway. */
	set(key, value) {
		const field = this.fields[key];
		this.is_reading = true;
		field.value = value;
		field.set_input(value);
		this.is_reading = false;
		if (key === "user") this.wanted_user = value;
	}

	on_change() {
		if (this.is_reading) return;
		if (this.fields.user) this.wanted_user = this.fields.user.get_value() || "";
		const values = this.values();
		const told = JSON.stringify(values);
		if (told === this.last_told) return;
		this.last_told = told;
		this.keep_address(values);
		this.changed();
	}

	keep_address(values) {
		const kept = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
		const query = kept.toString();
		window.history.replaceState(null, "", window.location.pathname + (query ? `?${query}` : ""));
	}
}
