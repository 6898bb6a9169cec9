// What failed and waits for somebody, and what IAM refused.
import { html, useState } from "./preact.js"
import { age, ask, CauseLink, clock, Empty, Fold, Loaded, moment, pretty, useData } from "./common.js"

export function Failures({ version }) {
  const found = useData("failures", version)
  const [problem, setProblem] = useState("")
  const [busy, setBusy] = useState("")
  async function redrive(queue) {
    setBusy(queue)
    try {
      const { before, kept, after } = await ask("redrive/" + encodeURIComponent(queue), {})
      setProblem(kept ? `${after} of ${before} are still in ${queue}: they could not be sent back.`
        : `Processed ${before} again.${after ? ` ${after} failed once more.` : ""}`)
    } catch (error) { setProblem(error.message) }
    setBusy("")
    found.reload()
  }
  return html`<section class="page" aria-labelledby="view-title"><h1 id="view-title" tabindex="-1">Failures</h1>
    <p role="status" class=${problem ? "note" : "hidden"}>${problem}</p>
    <${Loaded} of=${found} what="failures">${({ dead_letters, rejected, stuck, alarms, over }) =>
      dead_letters.length + rejected.length + stuck.length + alarms.length + over.length === 0
        ? html`<${Empty} title="Nothing waits for you">Dead letters, rejected files, stuck queues and streams, schedules that are over, and alarms that would fire appear here.<//>`
        : html`
      ${stuck.length > 0 && html`<h2>Stuck</h2><ul class="cards">${stuck.map(item => html`<li class="card bad">
        <h3>${item.what}${item.function && html` <span class="quiet">to ${item.function}</span>`}</h3>
        <p>${item.waiting} waiting, the oldest for ${age(item.age)}. ${item.result && `Last: ${item.result}.`} <${Poison} of=${item} /></p></li>`)}</ul>`}
      ${over.length > 0 && html`<h2>Schedules that will not run again</h2><ul class="cards">${over.map(item => html`<li class="card bad">
        <h3>${item.name} <span class="quiet">runs ${item.function}</span></h3>
        <p><code>${item.expression}</code> is in the past. A schedule that repeats is <code>rate(…)</code> or <code>cron(…)</code>.</p></li>`)}</ul>`}
      ${dead_letters.map(({ queue, letters }) => html`<h2>Dead letters in ${queue} <span class="count">${letters.length}</span></h2>
        <p><button class="primary" disabled=${busy === queue} onClick=${() => redrive(queue)}>${busy === queue ? "Processing…" : `Process ${letters.length === 1 ? "it" : `all ${letters.length}`} again`}</button></p>
        <ul class="cards">${letters.map(letter => html`<li class="card bad">
          <h3>${letter.title || letter.id} <span class="quiet">${moment(letter.sent)}</span></h3>
          ${letter.reason && html`<p class="reason">${letter.reason}</p>`}
          <p><${CauseLink} id=${letter.cause} /></p>
          <${Fold} title="Message" value=${letter.body} /></li>`)}</ul>`)}
      ${rejected.length > 0 && html`<h2>Rejected files <span class="count">${rejected.length}</span></h2><ul class="cards">${rejected.map(item => html`<li class="card">
        <h3>${item.key} <span class="quiet">${item.modified} UTC</span></h3>
        <pre tabindex="0" aria-label="Reason">${pretty(item.reason)}</pre>
        <p><${CauseLink} id=${item.cause} /></p></li>`)}</ul>`}
      ${alarms.length > 0 && html`<h2>Alarms that would fire <span class="count">${alarms.length}</span></h2><ul class="cards">${alarms.map(alarm => html`<li class="card">
        <h3>${alarm.name}</h3><p>${alarm.description}</p>
        <p class="quiet">${alarm.metric} is ${Math.round(alarm.value)}, the threshold ${alarm.threshold}. <${CauseLink} id=${alarm.cause} /></p></li>`)}</ul>`}`}<//>
  </section>`
}

function Poison({ of }) {
  if (!of.causes.length) return null
  const more = of.batch > of.causes.length ? ` and ${of.batch - of.causes.length} more` : ""
  return html`${of.batch > 1 ? `One of the ${of.batch} in its batch fails: ` : "It fails at: "}
    ${of.causes.map((cause, n) => html`${n ? ", " : ""}<${CauseLink} id=${cause.id}>${cause.title}<//>`)}${more}.`
}

export function Denied({ version }) {
  const found = useData("denied", version)
  return html`<section class="page" aria-labelledby="view-title"><h1 id="view-title" tabindex="-1">Denied</h1>
    <${Loaded} of=${found} what="refused calls">${calls => calls.length === 0
      ? html`<${Empty} title="IAM refused nothing">A call that a function's role does not allow appears here, with the grant that would allow it.<//>`
      : html`<ul class="cards">${calls.map(call => html`<li class="card bad">
        <h3>${call.function}: ${call.denied.action} <span class="quiet">${clock(call.time)}</span></h3>
        <p>On <code>${call.denied.resource}</code>. <${CauseLink} id=${call.cause}>${call.title}<//></p>
        ${call.hint ? html`<p class="reason">${call.hint}</p>`
          : call.denied.grant ? html`<p>To allow it, add this to the grants of <b>${call.function}</b>, where the program declares it:</p><pre tabindex="0" aria-label="Grant">${call.denied.grant}</pre>` : html`<p class="quiet">No grant of the program allows it.</p>`}
      </li>`)}</ul>`}<//></section>`
}
