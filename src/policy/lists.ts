import type { ScreenRule } from '../plugin/screen-rule.js'

/**
 * Creates the rule of the operator's own lists. It admits an allowed hotkey for good, and refuses a denied one. The rules
 * after it decide on all others; without a chain there are none, and it refuses them.
 *
 * @param lists ss58 addresses of network prefix 42
 */
export function lists(
  { allow, deny }: { allow: readonly string[]; deny: readonly string[] },
  { hasChain }: { hasChain: boolean },
): ScreenRule {
  const allowed = new Set(allow)
  const denied = new Set(deny)
  return hotkey => {
    if (denied.has(hotkey)) return { allow: false, reason: 'blacklisted hotkey', denied: true }
    if (allowed.has(hotkey)) return { allow: true, exempt: true }
    return hasChain ? { allow: true } : { allow: false, reason: 'hotkey not allowed' }
  }
}
