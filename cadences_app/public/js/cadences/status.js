import { plain } from "./ask";

const COLOURS = {
	Waiting: "purple",
	Active: "blue",
	Paused: "yellow",
	Halted: "orange",
	Completed: "green",
	Stopped: "gray",
	Failed: "red",
};

export function colour_of(status) {
	return COLOURS[status] || "gray";
}

export function status_pill(status) {
	return `<span class="indicator-pill no-indicator-dot ${colour_of(status)}">${plain(__(status))}</span>`;
}

/** S5.4: these statuses have not ended. */
export function is_live(status) {
	return ["Waiting", "Active", "Paused", "Halted"].includes(status);
}
