import type { Miner } from './miner.js'

/** The methods that a miner may have beside `prompt`. */
export const optionalMethods = Object.keys({
  ready: true,
  check: true,
  diagnose: true,
  models: true,
  relay: true,
  embed: true,
  capabilities: true,
  health: true,
  sources: true,
  blacklist: true,
  priority: true,
  close: true,
} satisfies Record<Exclude<keyof Miner, 'prompt'>, true>) as readonly Exclude<keyof Miner, 'prompt'>[]

/** Returns the methods of a miner, each bound to it: they may be those of a class. */
export function methodsOf(miner: Miner): Miner {
  const names = ['prompt', ...optionalMethods] as const
  const bound = names.flatMap(name => (miner[name] ? [[name, miner[name].bind(miner)]] : []))
  return Object.fromEntries(bound) as Miner
}
