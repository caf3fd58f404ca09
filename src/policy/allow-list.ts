import type { ScreenRule } from '../plugin/screen-rule.js'

/**
 * Creates the rule for serving without a chain: it admits only hotkeys that the operator allowed.
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
