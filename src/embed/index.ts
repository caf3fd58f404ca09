export type { Scope, Token } from '../app/scope.js'
export { ScopeError } from '../app/scope-error.js'
export { AXON, CHAIN, CLIENT_FOR, DENDRITE, HOTKEY, MINER, NEURON } from '../app/tokens.js'
export { AxonError } from '../axon/axon-error.js'
export type { Axon } from '../axon/serve-axon.js'
export type { Chain } from '../chain/chain.js'
export { ChainError } from '../chain/chain-error.js'
export { ConfigError } from '../config/config-error.js'
export type { Dendrite, DendriteAsk, DendriteReply, DendriteStreamAsk } from '../dendrite/create-dendrite.js'
export { KeyError } from '../keys/key-error.js'
export type { Keypair } from '../keys/keypair.js'
export type { ClientFor, ModelClient } from '../miners/openai/http/client.js'
export { NeuronError } from '../neuron/neuron-error.js'
export type { NeuronLife } from '../neuron/start-neuron.js'
export { PluginError } from '../plugin/load/plugin-error.js'
export { NoAnswer } from '../plugin/no-answer.js'
export { WalletError } from '../wallet/wallet-error.js'
export { openMiner } from './open-miner.js'
export type { OpenMinerOptions, Replacement } from './options.js'

import { contract } from '../plugin/load/manifest.js'

/** The version of the plugin contract that this package supports; its plugins may be written for an older one. */
export const CONTRACT_VERSION: number = contract.version
