// The page: its views, what is live, and what is sent.
import { html, render, useEffect, useRef, useState } from "./preact.js"
import { ask, useData } from "./common.js"
import { Causes } from "./causes.js"
import { Denied, Failures } from "./failures.js"
import { Send } from "./send.js"
import { Files, Mail, Picture, Queues, Tables } from "./stored.js"

const VIEWS = {
  causes: ["Causes", Causes], failures: ["Failures", Failures], denied: ["Denied", Denied], mail: ["Mail", Mail],
  queues: ["Queues", Queues], tables: ["Tables", Tables], files: ["Files", Files], picture: ["Architecture", Picture]
}

function place() {
  const [view, ...rest] = location.hash.replace(/^#\/?/, "").split("/")
  return { view: VIEWS[view] ? view : "causes", id: rest.length ? decodeURIComponent(rest.join("/")) : null }
}

function usePlace() {
  const [at, set] = useState(place)
  useEffect(() => {
    const follow = () => set(place())
    addEventListener("hashchange", follow)
    return () => removeEventListener("hashchange", follow)
  }, [])
  return at
}

// What changes while the page is open. While it is paused, changes wait.
function useLive() {
  const [state, set] = useState({ changed: [], versions: new Map(), renewed: 0, version: 0, connected: true, said: "" })
  const [paused, setPaused] = useState(false)
  const [waiting, setWaiting] = useState(0)
  const held = useRef({ paused: false, renewed: false, rows: new Map() })
  function take(rows, renewed) {
    set(old => {
      const versions = new Map(old.versions)
      for (const row of rows) versions.set(row.id, (versions.get(row.id) || 0) + 1)
      const last = rows.filter(row => row.outcome !== "running").pop()
      return {
        ...old, changed: rows, versions, version: old.version + 1, renewed: old.renewed + (renewed ? 1 : 0), connected: true,
        said: last ? `${last.title}: ${last.outcome.replace("_", " ")}` : old.said
      }
    })
  }
  useEffect(() => {
    const source = new EventSource("/_console/live")
    source.onopen = () => set(old => ({ ...old, connected: true }))
    source.onerror = () => set(old => ({ ...old, connected: false }))
    source.onmessage = event => {
      const { rows, renewed } = JSON.parse(event.data)
      if (!held.current.paused) return take(rows, renewed)
      held.current.renewed ||= renewed
      for (const row of rows) held.current.rows.set(row.id, row)
      return setWaiting(held.current.rows.size)
    }
    return () => source.close()
  }, [])
  function toggle() {
    held.current.paused = !held.current.paused
    setPaused(held.current.paused)
    if (!held.current.paused) {
      take([...held.current.rows.values()], held.current.renewed)
      held.current.rows.clear()
      held.current.renewed = false
      setWaiting(0)
    }
  }
  return { ...state, paused, waiting, toggle }
}

// A number that follows another one, but changes at most once in a while: what it reloads is not cheap.
function useSettled(number, pause = 700) {
  const [settled, set] = useState(number)
  useEffect(() => { const timer = setTimeout(() => set(number), pause); return () => clearTimeout(timer) }, [number])
  return settled
}

function Console() {
  const { view, id } = usePlace()
  const live = useLive()
  const version = useSettled(live.version)
  const functions = useData("functions")
  const [draft, setDraft] = useState(undefined)
  const [problem, setProblem] = useState("")
  const [title, View] = VIEWS[view]
  const names = (functions.data || []).map(item => item.name)
  const first = useRef(true)
  useEffect(() => {
    document.title = `${title} · Local cloud`
    if (first.current) { first.current = false; return }
    const heading = document.getElementById("view-title")
    if (heading) heading.focus({ preventScroll: true })
  }, [view, id])
  useEffect(() => { if (!problem) return undefined; const timer = setTimeout(() => setProblem(""), 8000); return () => clearTimeout(timer) }, [problem])

  async function again(given) {
    setProblem("Sending…")
    try {
      const { cause } = await ask("send", given)
      setProblem(cause ? "" : "Sent. Nothing has followed from it yet.")
      if (cause) location.hash = "#/causes/" + encodeURIComponent(cause)
    } catch (error) { setProblem(error.message) }
  }
  return html`
    <a class="skip" href="#main" onClick=${event => { event.preventDefault(); document.getElementById("main").focus() }}>Skip to the content</a>
    <header class="top">
      <a class="name" href="#/causes"><img src="/_console/icon.svg" alt="" width="22" height="22" /> Local cloud</a>
      <nav aria-label="Views">${Object.entries(VIEWS).map(([name, [label]]) => html`<a href=${"#/" + name} aria-current=${name === view ? "page" : null}>${label}</a>`)}</nav>
      <span class="state ${live.connected ? "on" : "off"}">${live.paused ? "paused" : live.connected ? "live" : "not connected"}</span>
      <button class="primary" onClick=${() => setDraft(null)}>Send…</button>
    </header>
    ${!live.connected && html`<p class="problem banner" role="alert">The local cloud does not answer. If it was started again, run: <code>app console --open</code></p>`}
    <p class=${problem ? "note banner" : "hidden"} role="status">${problem}</p>
    <p class="hidden" aria-live="polite">${live.said}</p>
    <main id="main" tabindex="-1"><${View} id=${id} live=${live} version=${version} functions=${names} send=${setDraft} again=${again} /></main>
    ${draft !== undefined && html`<${Send} draft=${draft} close=${() => setDraft(undefined)} />`}`
}

render(html`<${Console} />`, document.getElementById("console"))
