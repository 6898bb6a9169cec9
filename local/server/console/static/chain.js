// One cause: what was sent, and below it each step that followed, as a tree.
import { html, useEffect, useState } from "./preact.js"
import { ask, CauseLink, clock, Fold, Loaded, millis, moment, Outcome } from "./common.js"

const THROTTLED = /[Tt]hrottl|TooManyRequests|SlowDown|ThroughputExceeded|LimitExceeded/
const FRAME = /File "([^"]+)", line \d+|^\s*(\S+\.py):\d+/

export function Detail({ id, version, send, again }) {
  const [state, set] = useState({})
  useEffect(() => {
    let live = true
    ask("causes/" + encodeURIComponent(id)).then(
      data => live && set({ data }), error => live && set({ error }))
    return () => { live = false }
  }, [id, version])
  useEffect(() => { if (state.data) document.getElementById("cause-title").focus({ preventScroll: true }) }, [!state.data])
  return html`<${Loaded} of=${state} what="the cause">${found => html`<${Cause} ...${found} send=${send} resend=${again} />`}<//>`
}

function Cause({ row, cause, again, related, root, send, resend }) {
  return html`<article class="cause" aria-labelledby="cause-title">
    <header>
      <h2 id="cause-title" tabindex="-1">${cause.title}</h2>
      <p class="facts">
        <${Outcome} of=${row.outcome} />
        ${row.status && html`<span>HTTP ${row.status}</span>`}
        ${row.duration_ms != null && html`<span>${millis(row.duration_ms)}</span>`}
        <span>${moment(cause.time)}</span>
        <code class="id">${cause.id}</code>
      </p>
      ${row.reason && html`<p class="reason">${row.reason}</p>`}
      ${row.slow && html`<p class="reason slow">Slow: ${row.slow}</p>`}
      ${related.map(other => html`<p key=${other.id}>${other.how} <${CauseLink} id=${other.id}>${other.title}<//></p>`)}
      <div class="actions">
        ${again && html`
          <button class="primary" onClick=${() => resend(again)}>Send again</button>
          <button onClick=${() => send(again)}>Edit and send…</button>`}
        <a class="button" href=${`/_console/causes/${encodeURIComponent(cause.id)}?whole`} target="_blank">JSON</a>
      </div>
    </header>
    <${Fold} title="Input" value=${cause.input} />
    <${Fold} title="Answer" value=${cause.answer} />
    <h3>What followed</h3>
    <${Tree} cause=${cause} root=${root} />
  </article>`
}

function Tree({ cause, root }) {
  const calls = new Set((cause.invocations || []).flatMap(run => (run.calls || []).map(call => call.id)))
  const below = new Map()
  const steps = [...(cause.invocations || []).map(run => ({ run })), ...(cause.dead_letters || []).map(letter => ({ letter }))]
  for (const step of steps.sort((a, b) => (a.run || a.letter).time - (b.run || b.letter).time)) {
    const follows = (step.run || step.letter).follows
    const key = calls.has(follows) ? follows : null
    below.set(key, [...(below.get(key) || []), step])
  }
  if (!steps.length) return html`<p class="quiet">No function ran. ${cause.kind === "request" && "The API answered by itself."}</p>`
  const ends = steps.map(step => (step.run || step.letter).time + ((step.run || {}).duration_ms || 0) / 1000)
  const scale = { from: cause.time, length: Math.max(0.001, Math.max(...ends) - cause.time) }
  return html`<${Steps} of=${below.get(null)} below=${below} scale=${scale} root=${root} />`
}

const Steps = ({ of, ...rest }) => html`<ol class="steps">${of.map((step, n) => step.run
  ? html`<li key=${step.run.id}><${LeftOut} before=${of.slice(0, n).reverse().find(({ run }) => run && run.function === step.run.function)} run=${step.run} /><${Run} run=${step.run} ...${rest} /></li>`
  : html`<li key=${"letter" + step.letter.id} class="step letter"><strong>Dead letter</strong> in <a href="#/failures">${step.letter.queue}</a>
      ${step.letter.reason && html`<p class="reason">${step.letter.reason}</p>`}</li>`)}</ol>`

function LeftOut({ before, run }) {
  const from = before ? (before.run.attempt || 1) + 1 : run.attempt, to = (run.attempt || 1) - 1
  if (!(to >= from)) return null
  return html`<p class="quiet">${from === to ? `Attempt ${from} is` : `Attempts ${from} to ${to} are`} left out.</p>`
}

function Run({ run, below, scale, root }) {
  const refused = (run.failed_items || []).length > 0
  const throttled = [...(run.calls || []).map(call => call.error), ...(run.logs || []).map(log => log.message)].some(text => THROTTLED.test(text))
  const bad = run.failure || refused || (run.calls || []).some(call => call.denied)
  const left = 100 * (run.time - scale.from) / scale.length
  const width = run.duration_ms == null ? 100 - left : run.duration_ms / 10 / scale.length
  return html`<div class="step ${bad ? "bad" : run.duration_ms == null ? "busy" : ""}">
    <p class="head">
      <strong>${run.function}</strong>
      ${run.attempt > 1 && html`<span class="tag">attempt ${run.attempt}</span>`}
      <span class="tag">${run.cold ? "cold start" : "warm"}</span>
      ${run.batch > 1 && html`<span class="tag">batch of ${run.batch}</span>`}
      ${throttled && html`<span class="tag bad">throttled</span>`}
      ${refused && !throttled && html`<span class="tag bad">${run.batch > 1 ? "this record failed" : "failed"}</span>`}
      <span class="quiet">${run.duration_ms == null ? "running" : millis(run.duration_ms)}, at +${millis(1000 * Math.max(0, run.time - scale.from))}</span>
    </p>
    <div class="bar" aria-hidden="true"><i style=${{ marginLeft: Math.min(99, Math.max(0, left)) + "%", width: Math.max(0.6, Math.min(width, 100 - left)) + "%" }}></i></div>
    ${run.failure && run.batch > 1 && html`<p>This record or another of the ${run.batch} in its batch:</p>`}
    ${run.failure && html`<${Failure} failure=${run.failure} root=${root} />`}
    ${(run.logs || []).length > 0 && html`<ul class="logs" aria-label="Log of ${run.function}">${run.logs.map((log, n) => html`<${Log} key=${n} log=${log} root=${root} />`)}</ul>`}
    <${Fold} title="Event" value=${run.event} />
    <${Fold} title="Answer" value=${run.answer} />
    ${(run.calls || []).length > 0 && html`<ol class="calls" aria-label="Calls of ${run.function}">${run.calls.map(call => html`<li key=${call.id}>
      <${Call} call=${call} />
      ${below.has(call.id) && html`<${Steps} of=${below.get(call.id)} below=${below} scale=${scale} root=${root} />`}
    </li>`)}</ol>`}
  </div>`
}

function Call({ call }) {
  const refused = call.denied || (call.error && !/Conditional/.test(call.error)) || call.status >= 500
  return html`<details class="call ${refused ? "bad" : ""}">
    <summary><span class="quiet">${call.service}</span> ${call.operation} <b>${call.resource || ""}</b>${" "}<span class="quiet">${millis(call.duration_ms)}</span>
      ${(call.error || call.denied) && html` <span class="tag ${refused ? "bad" : ""}">${call.denied ? "denied" : call.error}</span>`}
    </summary>
    ${call.denied && html`<p class="reason">${call.denied.action} on ${call.denied.resource} was denied.${call.denied.grant && !call.hint && html` Add this grant where the program declares the function: <code>${call.denied.grant}</code>`}</p>`}
    ${call.hint && html`<p class="reason">${call.hint}</p>`}
    <${Fold} title="Input" value=${call.input} open />
    <${Fold} title="Answer" value=${call.answer} open />
  </details>`
}

function Failure({ failure, root }) {
  return html`<div class="failure">
    <p class="reason"><strong>${failure.type}</strong>${failure.message && `: ${failure.message}`}</p>
    <${Stack} lines=${failure.stack || []} root=${root} />
  </div>`
}

// The project's own lines stand out, above all the last: it raised. Paths are given from the project's folder.
function Stack({ lines, root }) {
  const split = lines.flatMap(part => part.replaceAll(root + "/", "").split("\n")).filter(line => line.trim())
  if (!split.length) return null
  let own = false, frame = 0
  const marked = split.map(line => {
    const found = FRAME.exec(line)
    if (found) { own = !/site-packages|^\/|^</.test(found[1] || found[2]); frame += own ? 1 : 0 }
    return { line, own: own && frame }
  })
  return html`<pre class="stack" tabindex="0" aria-label="Stack">${marked.map(({ line, own }) =>
    html`<span class=${own === frame && own ? "own last" : own ? "own" : ""}>${line + "\n"}</span>`)}</pre>`
}

function Log({ log, root }) {
  const { stack, ...fields } = log.fields || {}
  const named = Object.entries(fields).map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
  return html`<li class=${log.level.toLowerCase()}><span class="quiet">${clock(log.time)}</span> <b>${log.level}</b> ${log.message} <span class="quiet">${named.join(" ")}</span>
    ${typeof stack === "string" && html`<${Stack} lines=${[stack]} root=${root} />`}</li>`
}
