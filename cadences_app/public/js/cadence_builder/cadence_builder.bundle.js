// The builder on the form of a cadence, and its tree to be read on others; loaded there only.
import { createApp } from "vue";
import { createPinia } from "pinia";
import CadenceBuilder from "./CadenceBuilder.vue";
import TreeView from "./TreeView.vue";
import { use_store } from "./store";

class Builder {
	constructor({ wrapper, frm }) {
		const pinia = createPinia();
		this.app = createApp(CadenceBuilder);
		SetVueGlobals(this.app);
		this.app.config.globalProperties.cadences = cadences;
		this.app.use(pinia);
		this.store = use_store(pinia);
		this.store.frm = frm;
		this.store.take_over();
		this.store.forget();
		this.view = this.app.mount(wrapper);
		this.store.run_stories();
	}

	/** The form shows another document, or what was saved of it. */
	refresh(frm, is_other) {
		this.store.frm = frm;
		if (is_other) {
			this.store.show_draft();
			this.store.panel = "";
			this.store.forget();
		}
		this.view.take_over();
		this.store.run_stories();
	}

	/** Somebody changed a row in the form's table, in the panel, or added or removed one. */
	take_over() {
		this.view.take_over();
	}
}

/** A tree to be read, of what `course` or `ready_made_picture` told; `on_open` gets the key of a card. */
function show_tree(wrapper, told, on_open = () => {}) {
	const app = createApp(TreeView, { told, onOpen: on_open });
	SetVueGlobals(app);
	app.config.globalProperties.cadences = cadences;
	app.mount(wrapper);
	return app;
}

frappe.provide("cadences");
Object.assign(cadences, { Builder, show_tree });
