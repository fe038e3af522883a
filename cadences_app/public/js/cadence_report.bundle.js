// The page *Cadence Report* (S8).
import { Report } from "./cadence_report/page";

frappe.provide("cadences");
cadences.Report = Report;
