import { byId, setText } from './element.js'

const THEMES = /** @type {const} */ (['system', 'light', 'dark'])

/**
 * Lets the operator choose a theme, which this browser remembers.
 *
 * @param {() => void} onChange called when the colours have changed, by a choice or by the system
 */
export function switchTheme(onChange) {
  const root = document.documentElement
  const button = byId('theme')
  const show = () => setText(button, `Theme: ${root.dataset.theme ?? 'system'}`)
  button.onclick = () => {
    const now = THEMES.findIndex(theme => theme === (root.dataset.theme ?? 'system'))
    const next = THEMES[(now + 1) % THEMES.length] ?? 'system'
    if (next === 'system') {
      delete root.dataset.theme
      localStorage.removeItem('miner-theme')
    } else {
      root.dataset.theme = next
      localStorage.setItem('miner-theme', next)
    }
    show()
    onChange()
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange)
  show()
}
