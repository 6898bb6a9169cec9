// What there is: e-mails, queues, tables, files and schedules; and the picture of it all.
import { html, useEffect, useState } from "./preact.js"
import { age, ask, CauseLink, Empty, Fold, Loaded, moment, size, text, Time, useData } from "./common.js"

const View = ({ title, children }) => html`<section class="page" aria-labelledby="view-title"><h1 id="view-title" tabindex="-1">${title}</h1>${children}</section>`

export function Mail({ id, version }) {
  const found = useData("mail", version)
  return html`<${View} title="Mail"><${Loaded} of=${found} what="e-mails">${mails => {
    if (!mails.length) return html`<${Empty} title="No e-mail was sent yet">Nothing leaves this machine: what the functions send appears here.<//>`
    const opened = mails.find(mail => mail.id === id) || mails[0]
    return html`<div class="split"><ol class="rows" aria-label="E-mails">${mails.map(mail => html`<li key=${mail.id}>
      <a class="row mail" href=${"#/mail/" + encodeURIComponent(mail.id)} aria-current=${mail === opened ? "true" : null}><b>${mail.subject}</b><span class="when"><${Time} of=${mail.time} /></span><span class="more quiet">to ${mail.to.join(", ")}</span></a></li>`)}</ol>
      <${Letter} key=${opened.id} mail=${opened} /></div>`
  }}<//><//>`
}

function Letter({ mail }) {
  const path = "mail/" + encodeURIComponent(mail.id)
  const found = useData(path + "/text")
  const [plain, setPlain] = useState(false)
  return html`<article class="letter"><h2>${mail.subject}</h2>
    <p class="quiet">From ${mail.from} to ${mail.to.join(", ")}, ${moment(mail.time)}</p>
    <${Loaded} of=${found} what="the e-mail">${({ text: words, html: rich }) => html`
      ${rich && html`<div class="tabs"><button aria-pressed=${!plain} onClick=${() => setPlain(false)}>HTML</button><button aria-pressed=${plain} onClick=${() => setPlain(true)}>Text</button></div>`}
      ${rich && !plain ? html`<iframe sandbox="" src=${"/_console/" + path + "/html"} title="E-mail as HTML"></iframe>` : html`<pre tabindex="0" aria-label="Text">${words}</pre>`}`}<//></article>`
}

export function Queues({ version }) {
  const found = useData("queues", version)
  return html`<${View} title="Queues"><p class="quiet">Looking consumes nothing.</p><${Loaded} of=${found} what="queues">${queues => queues.map(queue => html`
    <h2>${queue.name} <span class="count">${queue.messages.length}</span></h2>
    ${queue.messages.length ? html`<ul class="cards">${queue.messages.map(message => html`<li class="card ${queue.dead_letters ? "bad" : ""}">
      <p><code>${message.id}</code> <span class="quiet">sent ${age(message.age)} ago, received ${message.receives} times${message.visible ? "" : ", in work or waiting"}</span></p>
      <${Fold} title="Body" value=${message.body} open /><${Fold} title="Attributes" value=${Object.keys(message.attributes).length ? message.attributes : null} /></li>`)}</ul>` : html`<p class="quiet">Empty.</p>`}`)}<//><//>`
}

export function Tables({ version }) {
  const found = useData("tables", version)
  return html`<${View} title="Tables"><${Loaded} of=${found} what="tables">${tables => tables.map(table => {
    const columns = [...new Set(table.items.flatMap(Object.keys))]
    return html`<h2>${table.name} <span class="count">${table.items.length}${table.more ? "+" : ""}</span></h2>
      ${table.items.length ? html`<div class="wide" tabindex="0" role="region" aria-label="Items of ${table.name}"><table><thead><tr>${columns.map(name => html`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>${table.items.map(item => html`<tr>${columns.map(name => html`<td>${item[name] === undefined ? "" : typeof item[name] === "string" ? item[name] : text(item[name])}</td>`)}</tr>`)}</tbody></table></div>` : html`<p class="quiet">Empty.</p>`}`
  })}<//><//>`
}

const IMAGE = /\.(jpe?g|png|gif|webp|avif)$/i
const PAGE = /\.html?$/i

export function Files({ id, version }) {
  const found = useData("files", version)
  return html`<${View} title="Files"><${Loaded} of=${found} what="files">${files => {
    if (!files.length) return html`<${Empty} title="The bucket is empty">Uploads, what the functions made of them, and reports appear here.<//>`
    const opened = files.find(file => file.key === id)
    return html`<div class="split"><ol class="rows" aria-label="Files">${files.map(file => html`<li key=${file.key}>
      <a class="row mail" href=${"#/files/" + encodeURIComponent(file.key)} aria-current=${file === opened ? "true" : null}><b>${file.key}</b><span class="when">${size(file.size)}</span><span class="more quiet">${file.modified} UTC</span></a></li>`)}</ol>
      ${opened ? html`<${File} key=${opened.key} file=${opened} />` : html`<p class="quiet">Choose a file to see it.</p>`}</div>`
  }}<//><//>`
}

function File({ file }) {
  const path = "/_console/file?key=" + encodeURIComponent(file.key)
  return html`<article class="letter"><h2>${file.key}</h2>
    <p class="quiet">${size(file.size)}, ${file.modified} UTC · <a href=${path + "&save"} download=${file.key.split("/").pop()}>Save</a></p>
    ${IMAGE.test(file.key) ? html`<img class="preview" src=${path} alt="Preview of ${file.key}" />`
      : html`<iframe sandbox="" class=${PAGE.test(file.key) ? "" : "plain"} src=${path} title="Content of ${file.key}"></iframe>`}</article>`
}

export function Picture({ version }) {
  const functions = useData("functions", version), schedules = useData("schedules")
  const [state, setState] = useState({})
  async function failed() {
    try { await ask("picture.svg") } catch (error) { setState({ error }) }
  }
  return html`<${View} title="Architecture">
    ${state.error ? html`<p class="problem" role="alert">${state.error.message}</p>`
      : html`<div class="wide drawing" tabindex="0" role="region" aria-label="Picture of the architecture">${!state.loaded && html`<p class="quiet">Reading the program…</p>`}<img src=${`/_console/picture.svg?version=${version || 0}`} alt="Functions, what starts them, and what they use. The table below says the same of each function." onLoad=${() => setState({ loaded: true })} onError=${failed} /></div>`}
    <h2>Functions</h2>
    <${Loaded} of=${functions} what="functions">${list => html`<ul class="cards grid">${list.map(item => html`<li class="card ${item.state === "failed to import" ? "bad" : ""}">
      <h3>${item.name} <span class="tag ${item.state === "failed to import" ? "bad" : item.state === "as deployed" ? "" : "slow"}">${item.state}</span></h3>
      <p class="quiet">${item.runs ? `${item.runs} run${item.runs === 1 ? "" : "s"}, ${item.failed} failed` : "has not run"} · ${item.memory} MB, ${item.timeout} s</p>
      ${item.failure && html`<p class="reason">${item.failure}</p>`}
      <p><${CauseLink} id=${item.cause}>Last run<//></p>
      <${Fold} title="Variables" value=${item.variables} /></li>`)}</ul>`}<//>
    <h2>Schedules</h2>
    <${Loaded} of=${schedules} what="schedules">${list => html`<ul class="cards grid">${list.map(item => html`<li class="card"><h3>${item.name} <span class="quiet">runs ${item.function}</span></h3><p><code>${item.expression}</code> ${item.state === "ENABLED" ? "" : html`<span class="tag bad">${item.state.toLowerCase()}</span>`}${item.over && html`<span class="tag bad">will not run again</span>`}</p><${Fold} title="Input" value=${item.input} /></li>`)}</ul>`}<//><//>`
}
