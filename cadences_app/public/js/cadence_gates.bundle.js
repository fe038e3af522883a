// What a record still needs for its next statuses, loaded on forms of modules with gates.
import { show_gates } from "./cadences/gates";

frappe.provide("cadences.loaded");
cadences.loaded.show_gates = show_gates;
