// The dialogs of *Add to Cadence*, loaded when somebody asks for them.
import { add_to_cadence } from "./cadences/enroll";

frappe.provide("cadences.loaded");
cadences.loaded.add_to_cadence = add_to_cadence;
