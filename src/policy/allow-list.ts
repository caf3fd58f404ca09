import type { ScreenRule } from '../plugin/screen-rule.js'

/**
 * Makes the screen rule for a miner without a chain: only hotkeys that the operator lists may ask.
 *
 * @param lists ss58 addresses of network prefix 42
 */
export function allowList({ allow, deny }: { allow: readonly string[]; deny: readonly string[] }): ScreenRule {
  const allowed = new Set(allow)
  const denied = new Set(deny)
  return hotkey => {
    if (denied.has(hotkey)) return { allow: false, reason: 'blacklisted hotkey' }
    if (allowed.has(hotkey)) return { allow: true, exempt: true }
    return { allow: false, reason: 'hotkey not allowed' }
  }
}
