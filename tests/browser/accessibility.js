// What is wrong with a page for people who do not see it, or not well: the first things that axe checks.
() => {
  const found = []
  const visible = element => element.getClientRects().length
  const named = element => element.getAttribute("aria-label") || element.getAttribute("aria-labelledby") ||
    element.textContent.trim() || element.getAttribute("alt") !== null || element.title ||
    (element.labels && element.labels.length)
  const controls = "a, button, input, select, textarea, iframe, img, summary, [tabindex='0']"
  for (const element of document.querySelectorAll(controls))
    if (visible(element) && !named(element)) found.push("no name: " + element.outerHTML.slice(0, 120))

  const ids = [...document.querySelectorAll("[id]")].map(element => element.id)
  found.push(...ids.filter((id, n) => ids.indexOf(id) !== n).map(id => "twice: " + id))
  for (const element of document.querySelectorAll("[aria-labelledby]"))
    if (!document.getElementById(element.getAttribute("aria-labelledby"))) found.push("no label: " + element.outerHTML.slice(0, 80))
  if (document.querySelectorAll("h1").length !== 1) found.push("not one h1")
  if (document.querySelectorAll("main, header.top, nav").length !== 3) found.push("landmarks")

  // The contrast of each text with what is behind it: https://www.w3.org/TR/WCAG22/#contrast-minimum
  const parts = colour => (colour.match(/[\d.]+/g) || []).map(Number)
  const channel = value => value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
  function behind(element) {
    for (let at = element; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor)
      if (colour.length < 4 || colour[3] > 0.99) return colour
    }
    return [255, 255, 255]
  }
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())
    if (!text || !visible(element) || element.closest(".outcome.running, :disabled, option, .hidden, .skip")) continue
    const [high, low] = [light(parts(getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a)
    const ratio = (high + 0.05) / (low + 0.05)
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${element.className || element.tagName}: ${element.textContent.trim().slice(0, 40)}`)
  }
  return [...new Set(found)]
}
