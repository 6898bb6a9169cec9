// The form that sends something: a sample of the project, or a cause once more, edited.
import { html, useEffect, useRef, useState } from "./preact.js"
import { ask, Loaded, useData } from "./common.js"

const KINDS = {
  request: ["Call the API", "Method and path", "Body"], upload: ["Upload a file", "Key", "Content"],
  message: ["Send a message", "Queue", "Body"], write: ["Write an item", "Table", "Item, as DynamoDB's JSON"],
  invoke: ["Invoke a function", "Function", "Event"]
}

export function Send({ draft, close }) {
  const dialog = useRef(null)
  const [edited, setEdited] = useState(draft)
  const [state, setState] = useState({})
  const samples = useData("samples")
  useEffect(() => { dialog.current.showModal() }, [])
  useEffect(() => { if (samples.data) setEdited(old => old || samples.data[0]) }, [samples.data])
  function set(name) {
    return event => {
      const value = event.target.value
      setEdited(old => ({ ...old, [name]: value }))
    }
  }

  async function submit(event) {
    event.preventDefault()
    setState({ busy: true })
    try {
      const { cause } = await ask("send", edited)
      dialog.current.close()
      location.hash = cause ? "#/causes/" + encodeURIComponent(cause) : "#/causes"
    } catch (error) { setState({ error }) }
  }
  async function choose(event) {
    const file = event.target.files[0]
    if (!file) return
    if (file.size > 8e6) return setState({ error: new Error("The file is larger than 8 MB. Use: app upload FILE") })
    const url = await new Promise(resolve => { const reader = new FileReader(); reader.onload = () => resolve(reader.result); reader.readAsDataURL(file) })
    setEdited({ ...edited, target: "uploads/" + file.name, content: url.slice(url.indexOf(",") + 1), source: null })
  }

  return html`<dialog ref=${dialog} onClose=${close} aria-labelledby="send-title">
    <form onSubmit=${submit}>
      <h2 id="send-title">${draft ? "Edit and send" : "Send something"}</h2>
      ${!draft && html`<label>Sample
        <select onChange=${event => setEdited(samples.data[event.target.value])}>${(samples.data || []).map((sample, n) => html`<option value=${n}>${sample.label}</option>`)}</select></label>`}
      ${edited ? html`<${Fields} edited=${edited} set=${set} setEdited=${setEdited} choose=${choose} />` : html`<${Loaded} of=${samples} what="samples">${() => null}<//>`}
      ${state.error && html`<p class="problem" role="alert">${state.error.message}</p>`}
      <div class="actions">
        <button class="primary" disabled=${state.busy || !edited}>${state.busy ? "Sending…" : "Send"}</button>
        <button type="button" onClick=${() => dialog.current.close()}>Cancel</button>
      </div>
    </form>
  </dialog>`
}

function Fields({ edited, set, setEdited, choose }) {
  const [title, target, body] = KINDS[edited.kind]
  const attributes = edited.kind === "request" ? "Headers, one a line" : "Attributes, one a line"
  const lines = Object.entries(edited.headers || {}).map(([name, value]) => `${name}: ${value}`).join("\n")
  const setHeaders = event => setEdited({
    ...edited, headers: Object.fromEntries(event.target.value.split("\n").filter(line => line.includes(":")).map(line => {
      const at = line.indexOf(":")
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    }))
  })
  const file = edited.content ? "the chosen file" : edited.source
  return html`<p class="quiet">${title}</p>
    <label>${target}<input value=${edited.target} onInput=${set("target")} required /></label>
    ${["request", "message"].includes(edited.kind) && html`<label>${attributes}<textarea rows="2" spellcheck="false" onChange=${setHeaders}>${lines}</textarea></label>`}
    ${edited.kind === "upload" && html`<label>File of this machine<input type="file" onChange=${choose} /></label>
      ${file && html`<p class="quiet">Sends ${file}. <button type="button" onClick=${() => setEdited({ ...edited, source: null, content: null, body: edited.body || "" })}>Write text instead</button></p>`}`}
    ${!(edited.kind === "upload" && file) && html`<label>${body}<textarea rows="12" spellcheck="false" value=${edited.body || ""} onInput=${set("body")}></textarea></label>`}`
}
