// Records flowing from follow-up to follow-up and out, as bands whose width is their number: plain SVG.
import { plain } from "../cadences/ask";

const COLUMN = 210;
const NODE = 10;
const HEIGHT = 320;
const GAP = 14;
const LEAST = 1.5; // pixels: what is there is seen

/** The picture, or nothing where nobody has come in. `enrolled`: how many began. */
export function flow_html(funnel, enrolled) {
	const root = grow(funnel, enrolled);
	if (!root.number) return "";
	const columns = in_columns(root);
	const scale = Math.min(
		...columns.map((nodes) => (HEIGHT - GAP * (nodes.length - 1)) / Math.max(1, sum(nodes.map(({ size }) => size))))
	);
	columns.forEach((nodes) => place(nodes, scale));
	const all = columns.flat();
	const height = Math.max(...all.map(({ y, tall }) => y + tall)) + GAP;
	const width = columns.length * COLUMN;
	return `<div class="cr-scroll" tabindex="0"><svg class="cr-flow" role="img" aria-label="${__("Flow of the records")}"
		viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
		${all.map((node) => node.outs.map((out) => band_html(node, out, scale)).join("")).join("")}
		${all.map(node_html).join("")}</svg></div>
		<p class="text-muted small">${__("A record that takes two branches is in both. What stays at a follow-up waits there, or its way ended.")}</p>`;
}

/** The tree of the follow-ups that somebody reached; a follow-up of an earlier version stands alone and is left out. */
function grow(funnel, enrolled) {
	const nodes = new Map([["", node("", __("Enrolled"), enrolled, 0)]]);
	for (const each of funnel) {
		const parent = nodes.get(each.parent);
		if (each.is_earlier || !parent) continue;
		const grown = node(each.key, each.label, each.Reached, parent.depth + 1);
		nodes.set(each.key, grown);
		parent.waiting += each.Scheduled;
		if (each.Reached) parent.outs.push(grown);
	}
	for (const each of [...nodes.values()]) finish(each);
	return nodes.get("");
}

function node(key, label, number, depth) {
	return { key, label, number, depth, kind: "step", outs: [], waiting: 0 };
}

function finish(each) {
	const gone_on = sum(each.outs.map(({ number }) => number));
	const left = each.number - gone_on - each.waiting;
	if (each.waiting) each.outs.push({ ...node("", __("Waiting now"), each.waiting, each.depth + 1), kind: "waits" });
	if (left > 0 && each.outs.length) each.outs.push({ ...node("", __("Stayed or left"), left, each.depth + 1), kind: "left" });
	each.size = Math.max(each.number, sum(each.outs.map(({ number }) => number)));
	for (const out of each.outs) out.size ??= out.number;
}

function in_columns(root) {
	const columns = [];
	const walk = (each) => {
		(columns[each.depth] ||= []).push(each);
		each.outs.forEach(walk);
	};
	walk(root);
	return columns;
}

function place(nodes, scale) {
	let y = GAP;
	for (const each of nodes) {
		Object.assign(each, { x: each.depth * COLUMN, y, tall: Math.max(LEAST, each.size * scale), drawn: 0 });
		y += each.tall + GAP;
	}
}

function band_html(from, to, scale) {
	const tall = Math.max(LEAST, to.number * scale);
	const [x1, x2] = [from.x + NODE, to.x];
	const [y1, y2] = [from.y + from.drawn, to.y];
	from.drawn += tall;
	const middle = (x1 + x2) / 2;
	const curve = (a, b, start, end) => `${start}C${middle},${a} ${middle},${b} ${end},${b}`;
	const path = `${curve(y1, y2, `M${x1},${y1}`, x2)}V${y2 + tall}${curve(y2 + tall, y1 + tall, "", x1)}Z`;
	const title = __("{0}: {1}", [`${plain(from.label)} → ${plain(to.label)}`, to.number]);
	return `<path class="cr-band is-${to.kind}" d="${path}"><title>${title}</title></path>`;
}

function node_html({ x, y, tall, label, number, kind }) {
	const shown = label.length > 22 ? `${label.slice(0, 21)}…` : label;
	return `<g><title>${__("{0}: {1}", [plain(label), number])}</title>
		<rect class="cr-node is-${kind}" x="${x}" y="${y}" width="${NODE}" height="${tall}" rx="2"></rect>
		<text class="cr-flow-text" x="${x + NODE + 5}" y="${y + Math.max(11, tall / 2 + 4)}">${plain(shown)} <tspan>${number}</tspan></text></g>`;
}

function sum(numbers) {
	return numbers.reduce((total, number) => total + number, 0);
}
