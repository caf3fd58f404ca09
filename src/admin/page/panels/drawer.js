import { byId, setText } from '../element.js'

/**
 * The drawer at the page's side. It is modal: the browser keeps the focus in it, and Esc closes it.
 */
export class Drawer {
  #dialog = /** @type {HTMLDialogElement} */ (byId('drawer'))
  /** @type {() => void} */
  #returnTo = () => {}

  constructor() {
    byId('drawer-close').onclick = () => this.#dialog.close()
    this.#dialog.onclick = event => {
      if (event.target === this.#dialog) this.#dialog.close() // beside the drawer, which its content fills
    }
    this.#dialog.onclose = () => this.#returnTo()
  }

  /**
   * @param {object} content
   * @param {string} content.title
   * @param {readonly Node[]} content.body
   * @param {() => void} content.returnTo gives the focus back after it is closed; what had it may be gone by then
   */
  show({ title, body, returnTo }) {
    setText(byId('drawer-title'), title)
    byId('drawer-body').replaceChildren(...body)
    this.#returnTo = returnTo
    if (!this.#dialog.open) this.#dialog.showModal()
    byId('drawer-body').scrollTop = 0
  }
}
