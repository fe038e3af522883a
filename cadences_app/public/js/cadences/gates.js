// What a record still needs for its next statuses, beside its form (S10).
import { ask, plain } from "./ask";
import { newest } from "./newest";

const CSS_CLASS = "form-dashboard-gates";

const call = (method, args) => frappe.xcall(`cadences_app.api.gates.${method}`, args);

export async function show_gates(frm) {
	const { doctype, docname } = frm;
	frm.ask_for_gates ??= newest();
	const is_newest = frm.ask_for_gates();
	const gates = await call("checklist", { doctype, name: docname });
	if (frm.docname !== docname || !is_newest()) return; // another record is shown by now
	frm.layout.wrapper.find(`.${CSS_CLASS}`).remove();
	if (!gates.length) return;
	const $body = frm.dashboard.add_section("", __("Needed for the Next Status"), `custom ${CSS_CLASS}`);
	$body.append(gates.map(gate_html).join(""));
	const act = async (method, args) => {
		await call(method, { doctype, name: docname, ...args });
		show_gates(frm);
	};
	$body.on("change", "input[data-point]", ({ currentTarget }) => {
		const { gate, point } = currentTarget.dataset;
		act("tick", { gate, point, done: currentTarget.checked ? 1 : 0 });
	});
	$body.on("click", "[data-approve]", ({ currentTarget: { dataset } }) =>
		act("approve", { gate: dataset.gate, requirement: dataset.approve })
	);
	$body.on("click", "[data-ask]", async ({ currentTarget: { dataset } }) => {
		const args = { doctype, name: docname, gate: dataset.gate, requirement: dataset.ask };
		frappe.show_alert(__("{0} were told.", [await call("ask_for_approval", args)]));
	});
	$body.on("click", "[data-overrule]", async ({ currentTarget: { dataset } }) => {
		const answer = await ask({
			title: __("Overrule {0}", [plain(dataset.overrule)]),
			label: __("Overrule"),
			fields: [{ fieldname: "reason", fieldtype: "Small Text", label: __("Reason"), reqd: 1 }],
		});
		if (!answer) return;
		await act("overrule", { gate: dataset.overrule, reason: answer.reason });
		frappe.show_alert(__("Your next change of this record passes."));
	});
	frm.dashboard.show();
}

function gate_html({ gate, targets, message, is_open, may_overrule, requirements }) {
	const values = targets.map((each) => `<b>${plain(__(each))}</b>`).join(", ");
	const overrule = `<button class="btn btn-xs btn-default" data-overrule="${plain(gate)}">
		${__("Overrule")}</button>`;
	return `<div class="mb-3">
		<div>${mark_html(is_open)} ${values} ${!is_open && may_overrule ? overrule : ""}</div>
		<ul class="list-unstyled ml-4 mb-0">${requirements.map((each) => row_html(gate, each)).join("")}</ul>
		${message ? `<div class="ml-4 text-muted small">${plain(message)}</div>` : ""}
	</div>`;
}

function row_html(gate, { name, kind, sentence, is_met, points, may_approve }) {
	const boxes = points.map(
		({ point, is_done }) => `<label class="d-block ml-4 mb-0"><input type="checkbox"
			data-gate="${plain(gate)}" data-point="${plain(point)}" ${is_done ? "checked" : ""}>
			${plain(point)}</label>`
	);
	const given = kind === "Approval" && !is_met;
	const [task, label] = may_approve ? ["approve", __("Approve")] : ["ask", __("Ask for Approval")];
	const button = `<button class="btn btn-xs btn-default" data-gate="${plain(gate)}"
		data-${task}="${plain(name)}">${label}</button>`;
	return `<li>${mark_html(is_met)} ${plain(sentence)} ${given ? button : ""}${boxes.join("")}</li>`;
}

function mark_html(is_met) {
	const [color, text] = is_met ? ["green", __("Met")] : ["orange", __("Missing")];
	return `<span class="indicator ${color}" title="${text}" aria-label="${text}"></span>`;
}
