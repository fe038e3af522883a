"""How the HTML report looks, by day, by night and on paper."""

STYLE = """
:root { --ink: #1d2330; --quiet: #667085; --line: #e3e7ee; --paper: #fff; --ground: #f5f7fa;
	--reached: #d7e0ee; --done: #8fb0dd; --wanted: #2f6bc4; --good: #1a7f4b; --bad: #b4421f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --quiet: #98a2b3; --line: #2c3442;
	--paper: #171c26; --ground: #10141c; --reached: #2a3547; --done: #40659b; --wanted: #7fb0f5;
	--good: #5fcf95; --bad: #f08a62; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
	font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header, main { max-width: 1080px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 40px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -.01em; }
h2 { font-size: 22px; margin: 0 0 4px; }
h3 { font-size: 13px; margin: 32px 0 10px; color: var(--quiet); text-transform: uppercase;
	letter-spacing: .06em; }
p { margin: 0 0 8px; }
header p, .quiet { color: var(--quiet); }
nav a { display: inline-block; margin: 8px 8px 0 0; padding: 4px 12px; border: 1px solid var(--line);
	border-radius: 99px; color: inherit; text-decoration: none; background: var(--paper); }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 12px;
	padding: 28px; margin: 24px 0; }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(105px, 1fr)); gap: 1px;
	margin-top: 20px; background: var(--line); border: 1px solid var(--line); border-radius: 8px;
	overflow: hidden; }
.totals div { background: var(--paper); padding: 12px 14px; }
.totals b { display: block; font-size: 24px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.totals span, small, .legend { color: var(--quiet); font-size: 12.5px; }
.row { display: grid; grid-template-columns: minmax(240px, 42%) 1fr 3em; gap: 14px; align-items: center;
	padding: 6px 0; border-bottom: 1px solid var(--line); }
.label small { display: block; }
.row svg { width: 100%; height: 18px; border-radius: 3px; background: var(--ground); display: block; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
rect.reached, i.reached { fill: var(--reached); background: var(--reached); }
rect.done, i.done { fill: var(--done); background: var(--done); }
rect.wanted, i.wanted { fill: var(--wanted); background: var(--wanted); }
.legend { margin-top: 8px; }
.legend i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-left: 10px; }
.badge { display: inline-block; min-width: 44px; text-align: center; padding: 0 6px; border-radius: 4px;
	font-size: 11.5px; border: 1px solid var(--line); color: var(--quiet); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin-bottom: 14px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-size: 12.5px; color: var(--quiet); font-weight: 500; }
th, td { padding: 5px 12px 5px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
.figures td:first-child { white-space: nowrap; }
.variant { padding-left: 24px; color: var(--quiet); }
.ends td:first-child { width: 3em; font-weight: 600; }
.ends td:nth-child(2) { width: 9em; }
details { border-bottom: 1px solid var(--line); }
summary { cursor: pointer; padding: 8px 0; }
summary span { color: var(--quiet); }
summary em { float: right; font-style: normal; color: var(--quiet); font-size: 13px; }
summary em.stopped { color: var(--wanted); }
summary em.failed { color: var(--bad); }
.timeline td:first-child, .timeline td:nth-child(3) { white-space: nowrap; }
.timeline td:last-child, tr.quiet td { color: var(--quiet); }
tr.good td:nth-child(3) { color: var(--good); }
tr.bad td:nth-child(3) { color: var(--bad); }
tr.end td { font-weight: 600; }
@media (max-width: 640px) { section { padding: 16px; } .row { grid-template-columns: 1fr 3em; }
	.row svg { grid-row: 2; grid-column: 1 / 3; } summary em { float: none; display: block; } }
@media print { body { background: #fff; } section { border: 0; padding: 0; }
	details { break-inside: avoid; } }
"""
