// The actions of Frappe CRM's own pages (S5.3). CRM Form Script records load this and pass what the page gives;
// `terms` is what the server said about this module and user.
import { add_to_cadence, show_status, take_out } from "./crm_pages/actions";

const GROUP = __("Cadences");

window.cadences_crm = {
	/** Put the actions into the form's menu; `form` is the page's controller, which may be loaded again. */
	extend_form(form, page, terms) {
		const shown = terms.read ? [[__("Where It Stands"), show_status]] : [];
		const items = [...allowed(terms), ...shown].map(([label, act]) => ({
			label,
			onClick: () => act(page, terms, [form.doc.name]),
		}));
		const others = form.actions.filter(({ group }) => group !== GROUP);
		form.actions = items.length ? [...others, { group: GROUP, items }] : others;
	},

	bulk_actions(page, terms) {
		return allowed(terms).map(([label, act]) => ({
			label,
			async onClick({ selections, unselectAll }) {
				if (await act(page, terms, [...selections])) unselectAll?.();
			},
		}));
	},
};

function allowed({ enroll, unenroll }) {
	const actions = [];
	if (enroll) actions.push([__("Add to Cadence"), add_to_cadence]);
	if (unenroll) actions.push([__("Take out of Cadence"), take_out]);
	return actions;
}
