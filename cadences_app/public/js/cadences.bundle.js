// What the app adds to every page of Desk. It does nothing where no cadence is about.
import { attempt } from "./cadences/ask";
import { extend_forms } from "./cadences/form";
import { extend_forms_on_journeys } from "./cadences/journeys";
import { extend_lists } from "./cadences/list";
import { extend_gated_forms } from "./cadences/loaded";
import { newest } from "./cadences/newest";
import { colour_of, indicator_of, show_columns } from "./cadences/status";
import { steps_for, STEPS_WITH_MANY, take, take_with_many } from "./cadences/steps";

frappe.provide("cadences");
Object.assign(cadences, { attempt, colour_of, indicator_of, newest, show_columns });
Object.assign(cadences, { steps_for, STEPS_WITH_MANY, take, take_with_many });

extend_forms();
extend_gated_forms();
extend_forms_on_journeys();
extend_lists();
