import { byId, setText } from '../element.js'

/**
 * Signs in with the token in the address's fragment, if it has one, and removes it from the address bar and the history
 * first. Browsers send no fragment to a server.
 *
 * @returns {Promise<string | undefined>} why it failed
 */
export async function signInByFragment() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (!token) return undefined
  history.replaceState(null, '', location.pathname + location.search)
  return await signIn(token)
}

/**
 * Shows the form until its token is right.
 *
 * @param {string} [problem] why an earlier try failed
 * @returns {Promise<void>}
 */
export function askForToken(problem = '') {
  const form = byId('login-form')
  const input = /** @type {HTMLInputElement} */ (byId('login-token'))
  const shown = byId('login-problem')
  byId('login').hidden = false
  byId('dashboard').hidden = true
  setText(shown, problem)
  input.focus()
  return new Promise(resolve => {
    form.onsubmit = async event => {
      event.preventDefault()
      const failed = await signIn(input.value.trim())
      setText(shown, failed ?? '')
      if (failed) return input.select()
      hideLogin()
      resolve()
    }
  })
}

export function hideLogin() {
  const input = /** @type {HTMLInputElement} */ (byId('login-token'))
  input.value = ''
  byId('login').hidden = true
}

/**
 * Exchanges the token for a cookie that scripts cannot read.
 *
 * @param {string} token
 * @returns {Promise<string | undefined>} why it failed
 */
async function signIn(token) {
  try {
    const response = await fetch('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
    if (response.ok) return undefined
    if (response.status === 401) return 'This is not the token of this miner. It changes when its file is removed.'
    if (response.status === 429) return 'Too many tries. Wait a minute, then try again.'
    return `The miner replied ${response.status}.`
  } catch {
    return 'The miner cannot be reached.' // the browser's own words name no cause
  }
}
