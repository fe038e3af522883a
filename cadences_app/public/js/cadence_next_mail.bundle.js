// Loaded when somebody edits the next email of a person.
import { edit_next_mail } from "./cadences/next_mail";

frappe.provide("cadences");
cadences.edit_next_mail = edit_next_mail;
