// The list of causes, live, and the one that is opened beside it.
import { html, useEffect, useMemo, useRef, useState } from "./preact.js"
import { ask, clock, Empty, millis, Outcome, OUTCOMES, Time, toCause } from "./common.js"
import { Detail } from "./chain.js"

const KINDS = { request: "API", upload: "file", message: "message", write: "write", schedule: "schedule", invoke: "by hand" }
const PAGE = 100

export function Causes({ id, live, functions, send, again }) {
  const [wanted, setWanted] = useState({ text: "", function: "", outcome: "", since: "" })
  const [older, setOlder] = useState(false)
  const [error, setError] = useState(null)
  const query = useMemo(() => {
    const since = wanted.since && Date.now() / 1000 - wanted.since
    const given = Object.entries({ ...wanted, since }).filter(([, value]) => value)
    return new URLSearchParams(Object.fromEntries(given)).toString()
  }, [wanted])
  const shown = useRows(query, live, wanted, setError, setOlder)
  const filtered = Object.values(wanted).some(Boolean)
  function set(name) {
    return event => {
      const value = event.target.value
      setWanted(old => ({ ...old, [name]: value }))
    }
  }

  async function clear() {
    if (confirm("Remove all causes from the history?")) await ask("clear", {}).catch(setError)
  }
  async function more() {
    const last = shown.rows[shown.rows.length - 1]
    const rows = await ask(`causes?limit=${PAGE}&before=${encodeURIComponent(last.id)}&${query}`)
    shown.add(rows)
    setOlder(rows.length === PAGE)
  }

  return html`<div class="causes ${id ? "opened" : ""}">
    <h1 id=${id ? null : "view-title"} class="hidden" tabindex="-1">Causes</h1>
    <section class="list" aria-label="Causes">
      <form class="filters" role="search" onSubmit=${event => event.preventDefault()}>
        <input type="search" aria-label="Search causes" placeholder="Search: id, name, address, error…" onInput=${set("text")} />
        <select aria-label="Function" onChange=${set("function")}><option value="">All functions</option>${functions.map(name => html`<option value=${name}>${name}</option>`)}</select>
        <select aria-label="Outcome" onChange=${set("outcome")}><option value="">All outcomes</option>${Object.entries(OUTCOMES).map(([value, label]) => html`<option value=${value}>${label}</option>`)}</select>
        <select aria-label="Time" onChange=${set("since")}><option value="">Any time</option><option value="300">Last 5 minutes</option><option value="3600">Last hour</option><option value="86400">Last day</option></select>
        <button type="button" aria-pressed=${live.paused} onClick=${live.toggle}>${live.paused ? `Resume${live.waiting ? ` (${live.waiting})` : ""}` : "Pause"}</button>
        <button type="button" onClick=${clear}>Clear</button>
        <a class="button" href=${`/_console/causes?whole&limit=200&${query}`} target="_blank">JSON</a>
      </form>
      ${error && html`<p class="problem" role="alert">${error.message}</p>`}
      ${shown.rows && (shown.rows.length
        ? html`<ol class="rows">${shown.rows.map(row => html`<li key=${row.id}><${Row} row=${row} current=${row.id === id} /></li>`)}</ol>`
        : filtered ? html`<${Empty} title="Nothing matches">Change the filters to see other causes.<//>`
          : html`<${Empty} title="Nothing has happened yet">Call the API, upload a file or send a message: each appears here at once. <button class="primary" onClick=${() => send(null)}>Send a sample…</button><//>`)}
      ${older && html`<p><button onClick=${more}>Show older causes</button></p>`}
    </section>
    ${id && html`<section class="detail" aria-label="Opened cause">
      <a class="back" href="#/causes">← All causes</a>
      <${Detail} key=${id} id=${id} version=${`${live.versions.get(id)} ${live.renewed}`} send=${send} again=${again} />
    </section>`}
  </div>`
}

function Row({ row, current }) {
  return html`<a class="row ${row.outcome}" href=${toCause(row.id)} aria-current=${current ? "true" : null}>
    <${Outcome} of=${row.outcome} />
    <span class="what"><span class="kind">${KINDS[row.kind]}</span> <b>${row.title}</b>${row.status ? html` <span class="quiet">${row.status}</span>` : null}${row.slow && html` <span class="tag slow">slow</span>`}${row.attempts > 1 && html` <span class="tag">${row.attempts} attempts, the last at ${clock(row.last)}</span>`}</span>
    <span class="when"><${Time} of=${row.time} /> <span class="took">${millis(row.duration_ms)}</span></span>
    <span class="more">${row.reason && html`<span class="reason">${row.reason}</span>`}${row.slow && html`<span class="reason slow">${row.slow}</span>`}
      <span class="path">${row.functions.join(" → ") || "no function"}</span></span>
  </a>`
}

// The rows that the filters want: those of the server, and what the live events change in them.
function useRows(query, live, wanted, setError, setOlder) {
  const [rows, setRows] = useState(null)
  const latest = useRef(0)
  const merge = changed => setRows(old => {
    const byId = new Map((old || []).map(row => [row.id, row]))
    for (const row of changed) byId.set(row.id, row)
    return [...byId.values()].sort((a, b) => b.time - a.time)
  })
  function load() {
    const number = ++latest.current
    ask(`causes?limit=${PAGE}&${query}`).then(
      found => { if (number === latest.current) { setRows(found); setOlder(found.length === PAGE); setError(null) } },
      setError)
  }
  useEffect(() => { const timer = setTimeout(load, wanted.text ? 200 : 0); return () => clearTimeout(timer) }, [query, live.renewed])
  useEffect(() => {
    if (!live.changed.length) return undefined
    if (wanted.text || wanted.since) {
      const timer = setTimeout(load, 300)
      return () => clearTimeout(timer)
    }
    const matching = live.changed.filter(row =>
      (!wanted.function || row.functions.includes(wanted.function)) && (!wanted.outcome || row.outcome === wanted.outcome))
    const gone = new Set(live.changed.filter(row => !matching.includes(row)).map(row => row.id))
    if (gone.size) setRows(old => old && old.filter(row => !gone.has(row.id)))
    merge(matching)
    return undefined
  }, [live.changed])
  return { rows, add: merge }
}
