import 'reflect-metadata'
import { container, type DependencyContainer, type InjectionToken, instancePerContainerCachingFactory } from 'tsyringe'
import { openaiClient } from '../miners/openai/http/client.js'
import { buildAxon, buildDendrite, buildHotkey, buildMiner } from './build.js'
import { dialectCatalogue } from './catalogue/dialects.js'
import { minerCatalogue } from './catalogue/miners.js'
import { declaredPlugins, type Installed } from './catalogue/plugins.js'
import { packageInfo } from './package-info.js'
import { noProgress } from './progress.js'
import { Resources } from './resources.js'
import {
  AXON,
  CLIENT_FOR,
  DENDRITE,
  DIALECTS,
  ENDING,
  HOTKEY,
  MINER,
  MINERS,
  PLUGINS,
  PROGRESS,
  RESOURCES,
} from './tokens.js'

/** Every command uses what a test or an embedder registers here instead of the default. */
export const root = container.createChildContainer()

/** The services of one command run: each is built once, on first use, and closed in reverse order. */
export type Scope = AsyncDisposable & {
  resolve<T>(token: InjectionToken<T>): T
  /** Sets the value of a token for this run. */
  provide<T>(token: InjectionToken<T>, value: T): void
}

/** Opens the scope of one command run. This is the only list of tokens and their factories. */
export function openScope(installed: Installed = { plugins: [], allow: null }): Scope {
  const child = root.createChildContainer()
  const ending = new AbortController()
  const resources = new Resources()
  const provide = <T>(token: InjectionToken<T>, value: T) => void child.register(token, { useValue: value })
  const build = <T>(token: InjectionToken<T>, make: (from: DependencyContainer) => T) => {
    if (!root.isRegistered(token)) child.register(token, { useFactory: instancePerContainerCachingFactory(make) })
  }

  provide(RESOURCES, resources)
  provide(ENDING, ending.signal)
  build(PROGRESS, () => noProgress)
  build(CLIENT_FOR, () => openaiClient)
  build(PLUGINS, () => declaredPlugins(installed))
  build(MINERS, from =>
    minerCatalogue({ from: packageInfo(), clientFor: from.resolve(CLIENT_FOR), declared: from.resolve(PLUGINS) }),
  )
  build(DIALECTS, from => dialectCatalogue({ from: packageInfo(), declared: from.resolve(PLUGINS) }))
  build(MINER, buildMiner)
  build(HOTKEY, buildHotkey)
  build(AXON, buildAxon)
  build(DENDRITE, buildDendrite)

  return {
    resolve: token => child.resolve(token),
    provide,
    async [Symbol.asyncDispose]() {
      ending.abort()
      await resources[Symbol.asyncDispose]()
    },
  }
}
