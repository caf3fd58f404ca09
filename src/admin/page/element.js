// The only way in which this page makes elements and writes texts. Many of these texts come from strangers: they become text
// nodes, never markup.

/**
 * Makes an element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Readonly<Record<string, string>>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, visible(value))
  made.append(...children.map(child => (typeof child === 'string' ? visible(child) : child)))
  return made
}

/**
 * Returns an element of index.html.
 *
 * @param {string} id
 * @throws when index.html has none of that id
 */
export function byId(id) {
  const found = document.getElementById(id)
  if (!found) throw new Error(`index.html has no #${id}`)
  return found
}

/**
 * Sets an element's text if it differs: an unchanged text costs no layout.
 *
 * @param {Element} target
 * @param {string} text
 */
export function setText(target, text) {
  const shown = visible(text)
  if (target.textContent !== shown) target.textContent = shown
}

/** @type {WeakMap<Element, string>} */
const drawn = new WeakMap()

/**
 * Makes an element's children again when what they show has changed, and leaves them alone otherwise: a text that is being
 * selected stays selected.
 *
 * @template Shown
 * @param {Element} parent
 * @param {Shown} shown all that the children depend on
 * @param {(shown: Shown) => readonly Node[]} make
 */
export function redraw(parent, shown, make) {
  const state = JSON.stringify(shown) ?? ''
  if (drawn.get(parent) === state) return
  drawn.set(parent, state)
  parent.replaceChildren(...make(shown))
}

/**
 * Makes control characters, and those that turn the direction of writing, visible.
 *
 * @param {string} text
 */
export function visible(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '\u{FFFD}')
}
