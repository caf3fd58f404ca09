import { NoAnswer } from '../no-answer.js'
import { type Declared, type PluginPackage, repairHint } from './discover.js'
import type { pluginCodes } from './plugin-codes.js'

/** Why a plugin cannot be used. */
export type PluginErrorCode = keyof typeof pluginCodes

/** A plugin that cannot be used as it is asked to. */
export class PluginError extends Error {
  override readonly name = 'PluginError'
  readonly code: PluginErrorCode
  /** what would mend it */
  readonly hint: string

  constructor(code: PluginErrorCode, message: string, { hint, cause }: { hint: string; cause?: unknown }) {
    super(message, { cause })
    this.code = code
    this.hint = hint
  }
}

/** A plugin's own fault: who is at fault, and what to do. */
export function brokenPlugin(declared: Declared, words: string, cause?: unknown): PluginError {
  return new PluginError('PLUGIN_BROKEN', `${spoken(declared)} ${words}`, { hint: repairHint(declared.from), cause })
}

/** What a plugin's miner threw while it answered, with its name, unless it is what it has to say. */
export function blamePlugin(declared: Declared, thrown: unknown): unknown {
  if (thrown instanceof NoAnswer && thrown.code !== 'MINER_MISBEHAVES') return thrown
  return brokenPlugin(declared, `failed: ${thrownText(thrown)}`, thrown)
}

/** Why what a plugin declares cannot be used. */
export function problemError(declared: Declared): PluginError {
  const { code, message, hint } = declared.trouble!
  return new PluginError(code, `${spoken(declared)} ${message}`, { hint })
}

/** What was thrown, in a line; whatever it was. */
export function thrownText(thrown: unknown): string {
  try {
    const text = thrown instanceof Error ? thrown.message : String(thrown)
    return text.replaceAll(/\s+/g, ' ').slice(0, 300)
  } catch {
    return 'something that cannot be shown'
  }
}

function spoken({ kind, name, from }: Declared): string {
  return `the ${name ? `${kind} ${name}` : kind} of ${from.package}@${from.version}`
}

/** The package whose code began to run last: who is to blame, most likely, when the program ends without a word. */
export const lastLoaded: { from: PluginPackage | null } = { from: null }
