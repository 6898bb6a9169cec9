"""The page's style sheet, light or dark by the reader's system."""

STYLE = """\
:root {
  --ground: #f4f5f7; --card: #fff; --line: #e3e6eb; --text: #1b2230; --muted: #5b6575;
  --users: #2c68d6; --files: #0b7f74; --emails: #8446c6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f131a; --card: #181e28; --line: #2b3341; --text: #e9edf4; --muted: #9ba7b9;
    --users: #78a6ff; --files: #4cc4b4; --emails: #c297f5;
  }
}
* { box-sizing: border-box; margin: 0; }
body {
  background: var(--ground); color: var(--text); padding: 2rem 1rem;
  font: 15px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 64rem; margin: 0 auto; display: grid; gap: 1rem; }
.kicker { color: var(--muted); font-size: .8rem; letter-spacing: .08em; text-transform: uppercase; }
h1 { font-size: 1.6rem; font-weight: 650; letter-spacing: -.01em; }
h2, caption { font-size: .95rem; font-weight: 600; text-align: left; }
.cards { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); }
.card {
  background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 1rem 1.1rem; min-width: 0; overflow-x: auto;
}
.series { display: flex; flex-direction: column; }
.users { --hue: var(--users); }
.files { --hue: var(--files); }
.emails { --hue: var(--emails); }
.number { color: var(--hue); font-size: 3rem; font-weight: 650; line-height: 1.15; }
.delta, .note { color: var(--muted); font-size: .85rem; }
.delta { padding-left: 1.2em; text-indent: -1.2em; }
.arrow { display: inline-block; width: 1.6em; font-size: .75em; text-indent: 0; }
svg { display: block; width: 100%; height: auto; margin-top: auto; padding-top: .75rem; }
.bar { fill: var(--hue); opacity: .38; }
.bar.last { opacity: 1; }
.hatch { fill: var(--muted); opacity: .3; }
.grid { stroke: var(--line); }
.base { stroke: var(--muted); }
.tick { fill: var(--muted); font-size: 10.5px; }
table { border-collapse: collapse; width: 100%; }
caption { padding-bottom: .5rem; }
th, td { padding: .3rem .5rem; text-align: right; border-top: 1px solid var(--line); }
th { font-weight: 400; }
thead th, thead td { color: var(--muted); font-size: .8rem; border-top: 0; }
th:first-child { text-align: left; padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
td.none { color: var(--muted); font-style: italic; }
.share { width: 45%; }
.share i { display: block; height: .5rem; border-radius: 3px; background: var(--hue); }
@media print { body { padding: 0; } .card { break-inside: avoid; } }
"""
