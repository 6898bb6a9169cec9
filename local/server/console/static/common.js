// What the views share: requests to the server, texts, and small parts of the page.
// All data becomes text nodes or attributes: Preact escapes them, and nothing here sets HTML.
import { html, useEffect, useState } from "./preact.js"

export async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body)
  }
  const answer = await fetch("/_console/" + path, options)
  if (answer.status === 401) throw new Error("The local cloud was started again. Run: app console --open")
  const content = await answer.json()
  if (!answer.ok) throw new Error(content.message || `The server answered ${answer.status}.`)
  return content
}

// Loads what a path answers; again whenever one of the values changes, and on `reload`.
export function useData(path, ...values) {
  const [state, set] = useState({})
  const load = () => ask(path).then(data => set({ data }), error => set(old => ({ ...old, error })))
  useEffect(() => { load() }, [path, ...values])
  return { ...state, reload: load }
}

export const OUTCOMES = {
  running: "running", ok: "ok", failed: "failed", denied: "denied", rejected: "rejected", dead_letter: "dead letter"
}

export const Outcome = ({ of }) => html`<span class="outcome ${of}">${OUTCOMES[of] || of}</span>`

export function Loaded({ of, what, children }) {
  if (of.error) return html`<p class="problem" role="alert">${of.error.message}</p>`
  if (!of.data) return html`<p class="quiet">Loading ${what}…</p>`
  return children(of.data)
}

export const Empty = ({ title, children }) => html`<div class="empty"><h2>${title}</h2><p>${children}</p></div>`

export const millis = ms => ms == null ? "" : ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`

export const clock = time => new Date(time * 1000).toLocaleTimeString([], { hour12: false })

export const moment = time => new Date(time * 1000).toLocaleString([], { hour12: false })

export const size = n => n < 1000 ? `${n} bytes` : n < 1e6 ? `${(n / 1e3).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`

export function age(seconds) {
  for (const [unit, name] of [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]])
    if (seconds >= unit) return `${Math.floor(seconds / unit)} ${name}${seconds >= 2 * unit ? "s" : ""}`
  return "a moment"
}

export function Time({ of }) {
  return html`<time datetime=${new Date(of * 1000).toISOString()} title=${moment(of)}>${clock(of)}</time>`
}

// JSON as text, with the JSON inside of strings (a body, a message) unfolded.
export const text = value => typeof value === "string" ? pretty(value) : JSON.stringify(value, null, 2)

export function pretty(string) {
  try {
    const parsed = JSON.parse(string)
    return typeof parsed === "object" && parsed !== null ? JSON.stringify(parsed, null, 2) : string
  } catch { return string }
}

export function Fold({ title, value, open = false }) {
  if (value === undefined || value === null) return null
  return html`<details class="fold" open=${open}><summary>${title}</summary><pre tabindex="0" aria-label=${title}>${text(value)}</pre></details>`
}

export const toCause = id => "#/causes/" + encodeURIComponent(id)

export const CauseLink = ({ id, children }) => id ? html`<a href=${toCause(id)}>${children || "What led to it"}</a>` : null
