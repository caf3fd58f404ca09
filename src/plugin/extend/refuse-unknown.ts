import { closest } from '../../text/closest.js'

/**
 * Refuses keys that have no effect, such as a misspelt `settings`.
 *
 * @param of begins the message: `extendMiner`
 * @throws {TypeError} which names the key that was meant
 */
export function refuseUnknown(given: object, known: readonly string[], of: string): void {
  const unknown = Object.keys(given).find(key => !known.includes(key))
  if (unknown === undefined) return
  throw new TypeError(`${of} has no key ${JSON.stringify(unknown)}; use ${closest(unknown, known) ?? known.join(', ')}`)
}
