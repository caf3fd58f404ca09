import 'reflect-metadata'
import { randomUUID } from 'node:crypto'
import { container, type InjectionToken, instancePerContainerCachingFactory } from 'tsyringe'
import { openaiClient } from '../miners/openai/http/client.js'
import { buildAdmin, buildRequestStats } from './admin/build-admin.js'
import { buildAxon, buildDendrite, buildHotkey, buildMiner, buildPolicy } from './build.js'
import { dialectCatalogue } from './catalogue/dialects.js'
import { minerCatalogue } from './catalogue/miners.js'
import { declaredPlugins, type Installed } from './catalogue/plugins.js'
import { buildAddress, buildChain, buildNeuron } from './chain/build-chain.js'
import { packageInfo } from './package-info.js'
import { noProgress } from './progress.js'
import { Resources } from './resources.js'
import type { Builder, RunScope, Token } from './scope.js'
import { ScopeError, scopeClosed } from './scope-error.js'
import { sdkOf } from './sdk.js'
import {
  ADDRESS,
  ADMIN,
  AXON,
  AXON_ID,
  CHAIN,
  CLIENT_FOR,
  DENDRITE,
  DIALECTS,
  ENDING,
  HOTKEY,
  MINER,
  MINERS,
  NEURON,
  PLUGINS,
  POLICY,
  PROGRESS,
  REQUEST_STATS,
  RESOURCES,
  SDK,
} from './tokens.js'

/** Opens a scope of its own container. This is the only list of tokens and their factories. */
export function openScope(installed: Installed = { plugins: [], allow: null }): RunScope {
  const services = container.createChildContainer()
  const ending = new AbortController()
  const resources = new Resources()
  const resolve = <T>(token: Token<T>): T => {
    if (ending.signal.aborted) throw scopeClosed()
    if (!services.isRegistered(token))
      throw new ScopeError('TOKEN_UNKNOWN', `there is no service ${String(token)} in this scope`, {
        hint: 'import the token from bittensor-miner/embed',
      })
    return services.resolve<T>(token)
  }
  const builder: Builder = { resolve, construct: service => services.resolve(service as InjectionToken) }
  const provide = <T>(token: Token<T>, value: T) => void services.register(token, { useValue: value })
  const build = <T>(token: Token<T>, make: (from: Builder) => T) =>
    void services.register(token, { useFactory: instancePerContainerCachingFactory(() => make(builder)) })

  provide(RESOURCES, resources)
  provide(ENDING, ending.signal)
  build(PROGRESS, () => noProgress)
  build(CLIENT_FOR, () => openaiClient)
  build(PLUGINS, () => declaredPlugins(installed))
  build(SDK, from => sdkOf(from.resolve(CLIENT_FOR)))
  const sources = (from: Builder) => {
    return { from: packageInfo(), sdk: from.resolve(SDK), declared: from.resolve(PLUGINS) }
  }
  build(MINERS, from => minerCatalogue(sources(from)))
  build(DIALECTS, from => dialectCatalogue(sources(from)))
  build(MINER, buildMiner)
  build(HOTKEY, buildHotkey)
  build(CHAIN, buildChain)
  build(NEURON, buildNeuron)
  build(POLICY, buildPolicy)
  build(ADDRESS, buildAddress)
  build(AXON_ID, () => randomUUID())
  build(AXON, buildAxon)
  build(REQUEST_STATS, buildRequestStats)
  build(ADMIN, buildAdmin)
  build(DENDRITE, buildDendrite)

  const close = async () => {
    ending.abort()
    await resources[Symbol.asyncDispose]()
  }
  return { resolve, provide, build, close, [Symbol.asyncDispose]: close }
}
