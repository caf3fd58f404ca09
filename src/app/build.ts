import { availableParallelism } from 'node:os'
import { limitsOf } from '../axon/limit-settings.js'
import type { Axon } from '../axon/serve-axon.js'
import { valuesOf } from '../config/configuration.js'
import type { Dendrite } from '../dendrite/create-dendrite.js'
import type { Keypair } from '../keys/keypair.js'
import type { VerifierThread } from '../keys/verifier-thread.js'
import { requireNeeds } from '../plugin/load/require-needs.js'
import type { Log } from '../plugin/log.js'
import type { Miner } from '../plugin/miner.js'
import { boundedFetch } from '../plugin/run/bounded-fetch.js'
import { buildStore } from './build-store.js'
import type { PolicyInForce } from './chain/policy-in-force.js'
import { softwareVersion } from './chain/software-version.js'
import { logForgedClaims } from './log/claim-log.js'
import { warnOfProxy } from './log/proxy-warning.js'
import type { Builder, Resolver } from './scope.js'
import { hostSections } from './settings.js'
import {
  ADDRESS,
  AXON_ID,
  CHOSEN_DIALECT,
  CHOSEN_MINER,
  CONFIGURATION,
  ENDING,
  HOTKEY,
  LOG,
  MINER,
  NEURON,
  POLICY,
  PROGRESS,
  RESOURCES,
} from './tokens.js'

// The factories of the container. Each imports what it needs when it runs, so that a command loads only what it uses.

/** Builds the chosen miner from its settings. */
export async function buildMiner(from: Builder): Promise<Miner> {
  const { name, create } = from.resolve(CHOSEN_MINER)
  const config = from.resolve(CONFIGURATION).values[name] as Record<string, unknown>
  const signal = from.resolve(ENDING)
  const resources = from.resolve(RESOURCES)
  const miner = await create({
    config,
    section: name,
    log: onlyLog(from.resolve(LOG)),
    signal,
    fetch: boundedFetch(signal),
  })
  resources.own({ [Symbol.asyncDispose]: async () => miner.close?.() })
  return miner
}

/** Returns the log for a plugin, without the level, which the whole program shares. */
function onlyLog(log: Log): Log {
  return {
    debug: (...record) => log.debug(...record),
    info: (...record) => log.info(...record),
    warn: (...record) => log.warn(...record),
    error: (...record) => log.error(...record),
  }
}

/** Opens the configured hotkey in the wallet on disk. */
export function buildHotkey(from: Builder): Promise<Keypair> {
  return openWalletHotkey(from)
}

/**
 * Opens a hotkey in a wallet on disk, by default the configured one. It asks for a password at a terminal.
 *
 * @throws {WalletError} with each of its codes
 */
export async function openWalletHotkey(
  from: Resolver,
  other: { readonly name?: string; readonly hotkey?: string } = {},
): Promise<Keypair> {
  const [{ openHotkey }, { askPassword, discardTyped }] = await Promise.all([
    import('../wallet/open-hotkey.js'),
    import('../wallet/ask-password.js'),
  ])
  const signal = from.resolve(ENDING)
  const log = from.resolve(LOG)
  const progress = from.resolve(PROGRESS)
  let isAsked = false
  return openHotkey({
    ...valuesOf(from.resolve(CONFIGURATION), hostSections.wallet),
    ...other,
    env: process.env,
    askPassword: process.stdin.isTTY
      ? prompt => {
          isAsked = true
          return askPassword(prompt, { signal })
        }
      : undefined,
    warn: message => log.warn({ event: 'wallet', message }),
    decrypting: file => {
      if (!progress.isVisible) log.info({ event: 'decrypting', file, message: slowDecryption })
      const typed = isAsked ? discardTyped() : undefined
      const shown = progress.show(`decrypting the hotkey: ${slowDecryption}`)
      return {
        [Symbol.dispose]() {
          shown[Symbol.dispose]()
          typed?.[Symbol.dispose]()
        },
      }
    },
    signal,
  })
}

const slowDecryption = 'slow by design, so that guessing a password takes long'

/**
 * Opens the axon, and begins to announce it, if it lives on a chain. All that is slow or may fail comes before the port
 * opens.
 */
export async function buildAxon(from: Builder): Promise<Axon> {
  const [{ AccessLog }, { serveAxon }, { decodeAddress }, { wires }, { watchPlugins }] = await Promise.all([
    import('./access-log.js'),
    import('../axon/serve-axon.js'),
    import('../keys/ss58.js'),
    import('./wires.js'),
    import('./log/plugin-watchdog.js'),
  ])
  const configuration = from.resolve(CONFIGURATION)
  const resources = from.resolve(RESOURCES)
  const log = from.resolve(LOG)
  const { host = null, externalPort, ...axon } = valuesOf(configuration, hostSections.axon)

  const dialect = from.resolve(CHOSEN_DIALECT)
  const miner = await from.resolve(MINER)
  requireNeeds(dialect, { name: from.resolve(CHOSEN_MINER).name, miner })
  await miner.ready?.()
  const hotkey = await from.resolve(HOTKEY)
  // Before the subnet is read: a store that may have forgotten nonces counts its 4 s from here.
  const nonces = await buildStore(from, hotkey.address)
  // At once, so that a start that fails does so within the time of the slower one.
  const [neuron, address] = await Promise.all([from.resolve(NEURON), from.resolve(ADDRESS)])
  const policy = await from.resolve(POLICY)
  const { verify, batch } = await buildVerifier(from)
  const requests = resources.own(from.construct(AccessLog))
  const minerName = from.resolve(CHOSEN_MINER).name
  const open = resources.own(
    await serveAxon({
      id: from.resolve(AXON_ID),
      hotkey: hotkey.address,
      host,
      port: axon.port,
      wires,
      dialect,
      miner,
      minerName,
      sign: message => hotkey.sign(message),
      onHookFailed: (hook, error) => log.warn({ event: 'hookFailed', hook, error }),
      policy: policy.source,
      standings: neuron?.standings ?? (() => 'unregistered'),
      ...(neuron && { chainState: () => neuron.chainState() }),
      verify: checks =>
        verify(checks.map(({ hotkey, ...signed }) => ({ publicKey: decodeAddress(hotkey), ...signed }))),
      verifyBatch: batch,
      concurrency: axon.concurrency,
      queue: axon.queue,
      maxBody: axon.maxBody,
      maxTimeoutMs: axon.maxTimeout,
      marginMs: axon.margin,
      mayCut: axon.partial === 'cut',
      nonces,
      legacyNonces: axon.legacyNonces,
      trustedProxies: axon.trustedProxy,
      onProxyProblem: (problem, peer) => warnOfProxy(log, problem, peer),
      limits: limitsOf(valuesOf(configuration, hostSections.limits)),
      onError: error => log.error({ event: 'axonFailed', error }),
      onDraining: () => neuron?.endAnnouncing(),
      onClosed: () => {
        requests[Symbol.dispose]()
        forged[Symbol.dispose]()
      },
    }),
  )
  const forged = resources.own(logForgedClaims(log, open))
  if (address) neuron?.announce({ address, port: externalPort ?? open.port, version: softwareVersion() })
  // Starts last: until now no caller waits for a plugin that computes.
  resources.own(watchPlugins(log, { axon: open.id, miner: minerName, dialect: dialect.name }))
  return open
}

/** Builds the policy of the configuration. */
export async function buildPolicy(from: Builder): Promise<PolicyInForce> {
  const { PolicyInForce } = await import('./chain/policy-in-force.js')
  const configuration = from.resolve(CONFIGURATION)
  const neuron = await from.resolve(NEURON)
  const { whenDeregistered } = valuesOf(configuration, hostSections.neuron)
  const isLost = neuron && whenDeregistered === 'serve' ? () => neuron.isRegistered() === false : undefined
  const place = { hasChain: neuron !== null, isLost }
  const log = from.resolve(LOG)
  const onError = (error: unknown) => log.error({ event: 'axonFailed', error })
  return new PolicyInForce(valuesOf(configuration, hostSections.policy), { place, neuron, onError })
}

/** The check of signatures, and how many it takes at once; by default as many as the axon thinks right for its own thread. */
type Verifier = Pick<VerifierThread, 'verify'> & { readonly batch?: number }

/** Builds the check of signatures: in a thread of its own, if the machine has more than one processor. */
async function buildVerifier(from: Builder): Promise<Verifier> {
  const log = from.resolve(LOG)
  const onPanic = (error: unknown) => log.error({ event: 'signatureLibraryFailed', error })
  if (availableParallelism() === 1) {
    const { createVerifier } = await import('../keys/verifier.js')
    const { verify } = createVerifier({ onPanic })
    return { verify: async signatures => verify(signatures) }
  }
  const { VerifierThread } = await import('../keys/verifier-thread.js')
  const onFailure = (error: unknown) => log.error({ event: 'signatureThreadFailed', error })
  const thread = from.resolve(RESOURCES).own(new VerifierThread({ onPanic, onFailure }))
  return { verify: signatures => thread.verify(signatures), batch: THREAD_BATCH }
}

/** Each batch wakes the thread, which costs the axon's thread more than a request does while the machine is busy. */
const THREAD_BATCH = 16

/** Builds a dendrite that signs with the configured hotkey. */
export async function buildDendrite(from: Builder): Promise<Dendrite> {
  const { createDendrite } = await import('../dendrite/create-dendrite.js')
  return from.resolve(RESOURCES).own(createDendrite({ keypair: await from.resolve(HOTKEY), now: Date.now }))
}
