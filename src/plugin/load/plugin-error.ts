import { NoAnswer } from '../no-answer.js'
import { type Declared, type PluginPackage, repairHint } from './discover.js'
import type { pluginCodes } from './plugin-codes.js'

/** Why a plugin cannot be used. */
export type PluginErrorCode = keyof typeof pluginCodes

/** A plugin cannot be used as requested. */
export class PluginError extends Error {
  override readonly name = 'PluginError'
  readonly code: PluginErrorCode
  /** what would fix it */
  readonly hint: string

  constructor(code: PluginErrorCode, message: string, { hint, cause }: { hint: string; cause?: unknown }) {
    super(message, { cause })
    this.code = code
    this.hint = hint
  }
}

/** A plugin whose code runs. `from`: null for one that a program passes as a value. */
export type PluginSource = Pick<Declared, 'kind' | 'name'> & { readonly from: PluginPackage | null }

/**
 * Returns the error for a plugin's own fault. It names the plugin and how to fix it.
 *
 * @param message continues a sentence that begins with the plugin's name
 */
export function brokenPlugin(source: PluginSource, message: string, cause?: unknown): PluginError {
  const hint = source.from ? repairHint(source.from) : `fix the ${source.kind} that the program passes`
  return new PluginError('PLUGIN_BROKEN', `${fullName(source)} ${message}`, { hint, cause })
}

/** Adds the plugin's name to what its miner threw during an answer; a `NoAnswer` of its own passes as it is. */
export function blamePlugin(declared: Declared, thrown: unknown): unknown {
  if (thrown instanceof NoAnswer && thrown.code !== 'MINER_MISBEHAVES') return thrown
  return brokenPlugin(declared, `failed: ${thrownText(thrown)}`, thrown)
}

/** Returns the error for a miner or a dialect that cannot be used. */
export function problemError(declared: Declared): PluginError {
  const { code, message, hint } = declared.problem!
  return new PluginError(code, `${fullName(declared)} ${message}`, { hint })
}

/** Returns the text of a thrown value of any type, in one line. */
export function thrownText(thrown: unknown): string {
  try {
    const text = thrown instanceof Error ? thrown.message : String(thrown)
    return text.replaceAll(/\s+/g, ' ').slice(0, 300)
  } catch {
    return 'something that cannot be shown'
  }
}

function fullName({ kind, name, from }: PluginSource): string {
  return `the ${name ? `${kind} ${name}` : kind}${from ? ` of ${from.package}@${from.version}` : ''}`
}

/** The package whose code began to run last: the likely culprit when the program exits without a message. */
export const lastLoaded: { from: PluginPackage | null } = { from: null }
