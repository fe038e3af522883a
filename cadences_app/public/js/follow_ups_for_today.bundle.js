// The page *Follow-ups for Today* (S8.4): on the left what is due, in the middle the one in hand, on the right
// who it is about.
import { FollowUpsForToday } from "./follow_ups_for_today/page";

frappe.provide("cadences");
cadences.FollowUpsForToday = FollowUpsForToday;
