import { encodeAddress } from '../../keys/ss58.js'
import { type IntegerType, isInteger, named, shapeText, type TypeShape, UnexpectedShape } from './type-shape.js'

/**
 * A decoded value together with the shape that the metadata gives it. Reading one checks the shape, so that a number whose
 * type changed, and with it perhaps its unit, is an error and not a wrong number.
 *
 * All methods throw {@link UnexpectedShape}.
 */
export class ChainValue {
  readonly #shape: TypeShape
  readonly #value: unknown
  /** what it is, for messages */
  readonly #path: string

  constructor(shape: TypeShape, value: unknown, path: string) {
    this.#shape = shape
    this.#value = value
    this.#path = path
  }

  get isAbsent(): boolean {
    return this.#value === undefined || this.#value === null
  }

  field(name: string): ChainValue {
    const field = this.optional(name)
    if (!field) throw new UnexpectedShape(`${this.#path} has no ${name}`)
    return field
  }

  /** @returns null when the record has no such field, or no value in it */
  optional(name: string): ChainValue | null {
    if (this.#shape.kind !== 'record') throw this.#unexpected('a record')
    const field = named(this.#shape.fields, name)
    const value = field && (this.#value as Record<string, unknown> | undefined)?.[field.name]
    return field && value !== undefined ? new ChainValue(field.shape, value, `${this.#path}.${field.name}`) : null
  }

  /** @returns a number that JavaScript holds exactly */
  integer(...types: readonly IntegerType[]): number {
    this.#expect(isInteger(this.#shape, ...types), types.join(' or '))
    return this.#toNumber(this.#value)
  }

  bigint(...types: readonly IntegerType[]): bigint {
    this.#expect(isInteger(this.#shape, ...types), types.join(' or '))
    return this.#toBigint(this.#value)
  }

  flag(): boolean {
    this.#expect(this.#shape.kind === 'bool', 'bool')
    return this.#value === true
  }

  /** @returns ss58 */
  account(): string {
    this.#expect(this.#shape.kind === 'account', 'account')
    return this.#toAddress(this.#value)
  }

  /** A member of a tuple. */
  member(at: number): ChainValue {
    const of = this.#shape.kind === 'tuple' ? this.#shape.of[at] : undefined
    if (!of) throw this.#unexpected('a tuple')
    return new ChainValue(of, (this.#value as readonly unknown[])[at], this.#path)
  }

  items(): ChainValue[] {
    const of = this.#elements('a list')
    return this.#list().map((value, at) => new ChainValue(of, value, `${this.#path}[${at}]`))
  }

  integers(...types: readonly IntegerType[]): number[] {
    this.#expect(isInteger(this.#elements(types.join(' or ')), ...types), `a list of ${types.join(' or ')}`)
    return this.#list().map(value => this.#toNumber(value))
  }

  amounts(): bigint[] {
    this.#expect(isInteger(this.#elements('u64'), 'u64'), 'a list of u64')
    return this.#list().map(value => this.#toBigint(value))
  }

  flags(): boolean[] {
    this.#expect(this.#elements('bool').kind === 'bool', 'a list of bool')
    return this.#list().map(value => value === true)
  }

  accounts(): string[] {
    this.#expect(this.#elements('account').kind === 'account', 'a list of account')
    return this.#list().map(value => this.#toAddress(value))
  }

  bytes(): Uint8Array {
    if (this.#value instanceof Uint8Array) return this.#value
    throw this.#unexpected('bytes')
  }

  #elements(wanted: string): TypeShape {
    if (this.#shape.kind !== 'list') throw this.#unexpected(`a list of ${wanted}`)
    return this.#shape.of
  }

  #list(): unknown[] {
    if (Array.isArray(this.#value)) return this.#value
    // polkadot-api decodes a list of u8 as bytes
    if (this.#value instanceof Uint8Array) return [...this.#value]
    throw new UnexpectedShape(`${this.#path} has no value`)
  }

  #toNumber(value: unknown): number {
    const number = Number(value)
    if (Number.isSafeInteger(number) && number < 2 ** bitsOf(this.#shape)) return number
    throw new UnexpectedShape(`${this.#path} is ${value}, which is too large`)
  }

  #toBigint(value: unknown): bigint {
    if (typeof value === 'bigint' || Number.isSafeInteger(value)) return BigInt(value as bigint)
    throw new UnexpectedShape(`${this.#path} is ${value}`)
  }

  // polkadot-api decodes as ss58 the first type named AccountId32, and others as bytes or hexadecimal text
  #toAddress(value: unknown): string {
    const key = typeof value === 'string' && value.startsWith('0x') ? Buffer.from(value.slice(2), 'hex') : value
    if (typeof key === 'string') return key
    if (key instanceof Uint8Array && key.length === 32) return encodeAddress(key)
    throw new UnexpectedShape(`${this.#path} is not an account`)
  }

  #expect(holds: boolean, wanted: string): void {
    if (!holds) throw this.#unexpected(wanted)
  }

  #unexpected(wanted: string): UnexpectedShape {
    return new UnexpectedShape(`${this.#path} is ${shapeText(this.#shape)} instead of ${wanted}`)
  }
}

/** @returns of the number, or of each number in the list; compact numbers can be encoded larger than their type */
function bitsOf(shape: TypeShape): number {
  const number = shape.kind === 'list' ? shape.of : shape
  return number.kind === 'integer' ? Number(number.type.slice(1)) : 0
}
