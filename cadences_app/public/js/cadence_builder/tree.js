// The tree of follow-ups: who comes after whom, and where each card lies. Pure: rows and words go in.
//
// A row of the drawing is a day of the run, or a further step on the same day: cards of all branches that can
// come on one day stand beside each other, and the ruler of days fits the whole tree.

export const CARD = { width: 248, height: 84 };
const GAP = { across: 28, down: 64 };
export const ROW = CARD.height + GAP.down;
export const START = "start";

/**
 * The follow-ups as a tree. `words` has, by key, `day` (since enrollment) and `is_boost`.
 * What has an unknown parent, or comes after itself, begins a branch of its own.
 */
export function grow(rows, words) {
	const nodes = new Map(rows.map((row) => [row.key, new_node(row, words[row.key])]));
	const roots = [];
	for (const node of nodes.values()) {
		const parent = nodes.get(node.parent_key);
		if (!parent || comes_after_itself(nodes, node)) roots.push(node);
		else {
			node.parent = parent;
			(node.is_boost ? parent.boosts : parent.children).push(node);
		}
	}
	return { nodes, roots };
}

function new_node(row, words) {
	return {
		key: row.key,
		parent_key: row.parent,
		day: words?.day ?? 0,
		is_boost: Boolean(words?.is_boost),
		parent: null,
		children: [],
		boosts: [],
	};
}

function comes_after_itself(nodes, node) {
	const seen = new Set([node.key]);
	for (let each = nodes.get(node.parent_key); each; each = nodes.get(each.parent_key)) {
		if (seen.has(each.key)) return true;
		seen.add(each.key);
	}
	return false;
}

/** The keys of a follow-up and of everything after it. */
export function branch_of(rows, key) {
	const found = new Set([key]);
	let size = 0;
	while (size !== found.size) {
		size = found.size;
		for (const row of rows) if (found.has(row.parent)) found.add(row.key);
	}
	return found;
}

/** Where the cards lie: `cards` by key with x and y, the `start` above them, and the `days` of the ruler. */
export function lay_out(rows, words) {
	const { roots } = grow(rows, words);
	let left = 0;
	for (const root of roots) {
		measure(root);
		place(root, left);
		left += root.width + GAP.across;
	}
	const all = roots.flatMap(everything);
	const days = set_rows(all);
	const cards = Object.fromEntries(all.map((node) => [node.key, { x: node.x, y: node.row * ROW, node }]));
	const width = Math.max(left - GAP.across, CARD.width);
	return { cards, days, width, start: { x: width / 2, y: -GAP.down - 28 } };
}

function measure(node) {
	[...node.children, ...node.boosts].forEach(measure);
	node.main = Math.max(CARD.width, across(node.children));
	node.width = node.main + (node.boosts.length ? GAP.across + across(node.boosts) : 0);
}

function across(nodes) {
	return nodes.reduce((sum, { width }) => sum + width + GAP.across, -GAP.across);
}

function place(node, left) {
	node.x = left + (node.main - CARD.width) / 2;
	place_beside(node.children, left + (node.main - Math.max(across(node.children), 0)) / 2);
	place_beside(node.boosts, left + node.main + GAP.across);
}

function place_beside(nodes, left) {
	for (const node of nodes) {
		place(node, left);
		left += node.width + GAP.across;
	}
}

function everything(node) {
	return [node, ...[...node.children, ...node.boosts].flatMap(everything)];
}

/** Give each node its row; the days that the rows stand for, each with the row on which it begins. */
function set_rows(nodes) {
	for (const node of nodes) {
		const is_same_day = node.parent && Math.floor(node.parent.day) === Math.floor(node.day);
		const below = node.is_boost ? 0 : 1;
		node.step = is_same_day ? node.parent.step + below : 0;
		node.place = Math.floor(node.day) * 10_000 + node.step;
	}
	const places = [...new Set(nodes.map(({ place }) => place))].sort((one, other) => one - other);
	const row_of = new Map(places.map((place, row) => [place, row]));
	for (const node of nodes) node.row = row_of.get(node.place);
	return places
		.filter((place) => place % 10_000 === 0)
		.map((place) => ({ day: place / 10_000 + 1, y: row_of.get(place) * ROW }));
}

/** The key of the neighbour of a card in a direction of the arrow keys; undefined where there is none. */
export function neighbour(cards, key, direction) {
	const { node, x, y } = cards[key];
	if (direction === "ArrowUp") return node.parent?.key;
	if (direction === "ArrowDown") return (node.children[0] || node.boosts[0])?.key;
	const side = direction === "ArrowRight" ? 1 : -1;
	const beside = Object.values(cards).filter((each) => (each.x - x) * side > 0);
	const distance = (each) => Math.abs(each.x - x) + 3 * Math.abs(each.y - y);
	return beside.sort((one, other) => distance(one) - distance(other))[0]?.node.key;
}
