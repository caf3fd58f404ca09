import { hasError, type Outcome } from './events.ts'
import type { Runtime } from './runtime.ts'
import type { PalletCall } from './signed-extrinsic.ts'
import { noAxon, type SourceAxon, type SourceSubnet } from './source-subnet.ts'

/** A call of `serve_axon` that was in a block. */
export type ServedAxon = Omit<SourceAxon, 'block'> & {
  readonly netuid: number
  readonly hotkey: string
  readonly block: number
  /** the name of the error with which it failed */
  readonly error: string | null
}

/** Returns whether a call announces an axon. */
export function isServeAxon({ pallet, name }: PalletCall): boolean {
  return pallet === 'SubtensorModule' && name.startsWith('serve_axon')
}

/**
 * Carries out `serve_axon` as the pallet does.
 *
 * @returns the subnets behind it, how it ended, and a record of it
 * @see opentensor/subtensor pallets/subtensor/src/subnets/serving.rs, `validate_serve_axon` (14bc6f9f9)
 */
export function serveAxon(
  { runtime, subnets, block }: { runtime: Runtime; subnets: readonly SourceSubnet[]; block: number },
  hotkey: string,
  { args }: PalletCall,
  refusal?: string,
): { subnets: readonly SourceSubnet[]; outcome: Outcome; record: ServedAxon } {
  const { netuid, certificate: _, ...announced } = args
  const axon: SourceAxon = { ...announced, block: BigInt(block) }
  const subnet = subnets.find(subnet => subnet.netuid === netuid)
  const error = refusal ?? errorOf(subnet, hotkey, axon)
  const record = { ...announced, netuid, hotkey, block, error: error ?? null }
  if (error !== undefined) return { subnets, outcome: { error: nameIn(runtime, error) }, record }
  const neurons = subnet!.neurons.map(neuron => (neuron.hotkey === hotkey ? { ...neuron, axon } : neuron))
  return {
    subnets: subnets.map(other => (other === subnet ? { ...subnet, neurons } : other)),
    outcome: { event: { name: 'AxonServed', value: [netuid, hotkey] } },
    record,
  }
}

function errorOf(subnet: SourceSubnet | undefined, hotkey: string, axon: SourceAxon): string | undefined {
  const neuron = subnet?.neurons.find(neuron => neuron.hotkey === hotkey)
  if (!subnet || !neuron) return 'HotKeyNotRegisteredInNetwork'
  if (axon.ip_type !== 4 && axon.ip_type !== 6) return 'InvalidIpType'
  if (isBadAddress(axon)) return 'InvalidIpAddress'
  const last = (neuron.axon ?? noAxon).block
  const limit = BigInt(subnet.servingRateLimit)
  if (limit > 0n && last > 0n && axon.block - last < limit) return 'ServingRateLimitExceeded'
  if (axon.port === 0) return 'InvalidPort'
  return undefined
}

function isBadAddress({ ip_type, ip }: SourceAxon): boolean {
  return ip_type === 4 ? ip >= 0xffff_ffffn || ip === 0x7f00_0001n : ip === 1n || ip === (1n << 128n) - 1n
}

/** Runtime 103 has older names. */
function nameIn(runtime: Runtime, error: string): string {
  const old: Record<string, string> = { HotKeyNotRegisteredInNetwork: 'NotRegistered', InvalidPort: 'InvalidIpAddress' }
  return hasError(runtime, error) ? error : (old[error] ?? error)
}
