import { recordedAnswers } from './recorded-subnet.ts'

// Reads the recorded answers by the layout that subtensor's source gives, byte by byte. No library and no metadata: what
// the tests compare with must not come from the code that they test.

/** One neuron of `get_neurons_lite`. Keys are hexadecimal. */
export type PlainNeuron = ReturnType<typeof readNeuron>

/** Reads the recorded `get_neurons_lite` (`Vec<NeuronInfoLite>`, pallets/subtensor/src/rpc_info/neuron_info.rs). */
export function plainNeurons(): PlainNeuron[] {
  const bytes = new Bytes('NeuronInfoRuntimeApi_get_neurons_lite')
  const neurons = bytes.list(() => readNeuron(bytes))
  bytes.end()
  return neurons
}

/** Reads the recorded `get_subnet_state` (`Option<SubnetState>`, pallets/subtensor/src/rpc_info/show_subnet.rs). */
export function plainState() {
  const bytes = new Bytes('SubnetInfoRuntimeApi_get_subnet_state')
  if (bytes.u8() !== 1) throw new Error('no state was recorded')
  const numbers = () => bytes.list(() => Number(bytes.compact()))
  const amounts = () => bytes.list(() => bytes.compact())
  const state = {
    netuid: bytes.compact(),
    hotkeys: bytes.list(() => bytes.key()),
    coldkeys: bytes.list(() => bytes.key()),
    active: bytes.list(() => bytes.u8()),
    validator_permit: bytes.list(() => bytes.u8()),
    pruning_score: numbers(),
    last_update: numbers(),
    emission: amounts(),
    dividends: numbers(),
    incentives: numbers(),
    consensus: numbers(),
    trust: numbers(),
    rank: numbers(),
    block_at_registration: numbers(),
    alpha_stake: amounts(),
    tao_stake: amounts(),
    total_stake: amounts(),
    emission_history: bytes.list(amounts),
  }
  bytes.end()
  return state
}

function readNeuron(bytes: Bytes) {
  const prefix = { hotkey: bytes.key(), coldkey: bytes.key(), uid: bytes.compact(), netuid: bytes.compact() }
  const active = bytes.u8()
  const axon = {
    block: Number(bytes.integer(8)),
    version: Number(bytes.integer(4)),
    ip: bytes.integer(16),
    port: Number(bytes.integer(2)),
    ipType: bytes.u8(),
    protocol: bytes.u8(),
    placeholders: bytes.integer(2),
  }
  bytes.integer(8 + 4 + 16 + 2 + 1) // prometheus: block, version, ip, port, type of the ip
  return {
    ...prefix,
    active,
    axon,
    stake: bytes.list(() => ({ coldkey: bytes.key(), rao: bytes.compact() })),
    rank: Number(bytes.compact()),
    emission: bytes.compact(),
    incentive: Number(bytes.compact()),
    consensus: Number(bytes.compact()),
    trust: Number(bytes.compact()),
    validatorTrust: Number(bytes.compact()),
    dividends: Number(bytes.compact()),
    lastUpdate: Number(bytes.compact()),
    permit: bytes.u8(),
    pruningScore: Number(bytes.compact()),
  }
}

/** SCALE, as https://docs.polkadot.com/reference/parachains/data-encoding/ describes it. */
class Bytes {
  readonly #bytes: Buffer
  #at = 0

  constructor(method: string) {
    this.#bytes = Buffer.from(recordedAnswers().get(method)!)
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#at++)
  }

  integer(length: number): bigint {
    let value = 0n
    for (let i = 0; i < length; i++) value |= BigInt(this.u8()) << BigInt(8 * i)
    return value
  }

  compact(): bigint {
    const mode = this.#bytes.readUInt8(this.#at) & 3
    if (mode < 3) return this.integer([1, 2, 4][mode]!) >> 2n
    return this.integer((this.u8() >> 2) + 4)
  }

  key(): string {
    this.#at += 32
    return this.#bytes.subarray(this.#at - 32, this.#at).toString('hex')
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: Number(this.compact()) }, read)
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new Error(`${this.#bytes.length - this.#at} bytes are left`)
  }
}
