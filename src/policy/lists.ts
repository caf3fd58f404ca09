import type { ScreenRule } from '../plugin/screen-rule.js'

/** Creates the rule that refuses the hotkeys that the operator denies by name: ss58 addresses of network prefix 42. */
export function denyList(hotkeys: readonly string[]): ScreenRule {
  const named = new Set(hotkeys)
  return hotkey => (named.has(hotkey) ? { allow: false, reason: 'blacklisted hotkey', denied: true } : { allow: true })
}

/**
 * Creates the rule that admits the hotkeys that the operator allows by name, for good. The rules after it decide on all
 * others; without a chain there are none, and it refuses them.
 */
export function allowList(hotkeys: readonly string[], { hasChain }: { hasChain: boolean }): ScreenRule {
  const named = new Set(hotkeys)
  return hotkey => {
    if (named.has(hotkey)) return { allow: true, exempt: true }
    return hasChain ? { allow: true } : { allow: false, reason: 'hotkey not allowed' }
  }
}
