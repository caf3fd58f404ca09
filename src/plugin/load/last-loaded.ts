import type { PluginPackage } from './discover.js'

/** The package whose code began to run last: who is to blame, most likely, when the program ends without a word. */
export const lastLoaded: { from: PluginPackage | null } = { from: null }
