import { type CodecType, metadata } from '@polkadot-api/substrate-bindings'
import { type Decoded, Runtime, runtimeOf, type Spec } from './runtime.ts'

/** A type of the metadata, as its codec takes it. */
type TypeDefinition = { readonly path?: readonly string[]; readonly params?: readonly object[]; readonly def: object }

/** Changes the metadata of a runtime, for a test of runtimes that do not exist yet. */
export class RuntimeEditor {
  readonly #metadata: CodecType<typeof metadata>
  readonly #spec: Spec

  constructor(spec: Spec) {
    this.#spec = spec
    this.#metadata = metadata.dec(runtimeOf(spec).metadata)
  }

  /** @returns the number of the type */
  addType({ path = [], params = [], def }: TypeDefinition): number {
    return this.#value.lookup.push({ id: this.#value.lookup.length, path, params, def, docs: [] }) - 1
  }

  /** Wraps a type: `struct Name(inner)`. */
  addNewtype(name: string, inner: number): number {
    return this.addType({ path: [name], def: { tag: 'composite', value: [field(undefined, inner)] } })
  }

  /** Adds `Option<Vec<item>>`. */
  addOptionalList(item: number): number {
    return this.addOption(this.addType({ def: { tag: 'sequence', value: item } }))
  }

  addOption(inner: number): number {
    const variants = [
      { name: 'None', fields: [], index: 0, docs: [] },
      { name: 'Some', fields: [field(undefined, inner)], index: 1, docs: [] },
    ]
    return this.addType({
      path: ['Option'],
      params: [{ name: 'T', type: inner }],
      def: { tag: 'variant', value: variants },
    })
  }

  addCompact(inner: number): number {
    return this.addType({ def: { tag: 'compact', value: inner } })
  }

  primitive(tag: string): number {
    return this.#value.lookup.findIndex(({ def }: Decoded) => def.tag === 'primitive' && def.value.tag === tag)
  }

  /** @returns the number of the type whose path ends so */
  named(name: string): number {
    return this.#value.lookup.findIndex(({ path }: Decoded) => path.at(-1) === name)
  }

  /** The fields of a record, to be changed in place. */
  fields(type: string): Decoded[] {
    return this.#value.lookup[this.named(type)].def.value
  }

  /** The arguments of a call of SubtensorModule, to be changed in place. */
  arguments(call: string): Decoded[] {
    return this.#call(call).fields
  }

  renameCall(call: string, name: string): void {
    this.#call(call).name = name
  }

  /** An item of the storage of SubtensorModule, to be changed in place. */
  item(name: string): Decoded {
    return this.#items.find(item => item.name === name)
  }

  items(): Decoded[] {
    return this.#items
  }

  removeItem(name: string): void {
    this.#items.splice(
      this.#items.findIndex(item => item.name === name),
      1,
    )
  }

  /** The calls of a runtime API, to be changed in place. */
  calls(api: string): Decoded[] {
    return this.#value.apis.find(({ name }: Decoded) => name === api).methods
  }

  removeCall(api: string, name: string): void {
    const calls = this.calls(api)
    calls.splice(
      calls.findIndex(call => call.name === name),
      1,
    )
  }

  /** @param specVersion that it has from now on */
  build(specVersion: number): Runtime {
    const { codecs, version } = runtimeOf(this.#spec)
    const constant = this.#pallet('System').constants.find(({ name }: Decoded) => name === 'Version')
    constant.value = codecs.buildConstant('System', 'Version').enc({ ...version, spec_version: specVersion })
    if (typeof constant.value !== 'string') constant.value = `0x${Buffer.from(constant.value).toString('hex')}`
    return new Runtime(metadata.enc(this.#metadata))
  }

  get #value(): Decoded {
    return this.#metadata.metadata.value
  }

  get #items(): Decoded[] {
    return this.#pallet('SubtensorModule').storage.items
  }

  /** A call of SubtensorModule. */
  #call(call: string): Decoded {
    const { calls } = this.#pallet('SubtensorModule')
    return this.#value.lookup[calls.type ?? calls].def.value.find(({ name }: Decoded) => name === call)
  }

  #pallet(name: string): Decoded {
    return this.#value.pallets.find((pallet: Decoded) => pallet.name === name)
  }
}

/** A field of a record. */
export function field(name: string | undefined, type: number) {
  return { name, type, typeName: undefined, docs: [] }
}
