import { ZodObject, ZodType, type z } from 'zod'
import type { BrokenRule, Miner, MinerContext, MinerDefinition } from '../miner.js'
import { moveSpellings } from './move-spellings.js'
import { refuseUnknown } from './refuse-unknown.js'

/** The settings of a miner and those of its extension, which replace settings of the same name. */
export type ExtendedSettings<Base extends ZodObject, More extends z.ZodRawShape> = ZodObject<
  z.core.util.Extend<Base['shape'], More>
>

/** What an extension adds to a miner, or replaces. */
export type MinerExtension<Base extends ZodObject, More extends z.ZodRawShape> = {
  readonly name: string
  /** one line, which `miner miners` prints */
  readonly summary: string
  /**
   * Settings to add, or to replace by their name. `base.settings.shape.temperature.removeDefault().default(0)` changes a
   * default; without `.default(…)` the setting is required.
   */
  readonly settings?: More
  /** Returns more broken rules, after those of the base. */
  rules?(
    config: Partial<z.infer<ExtendedSettings<Base, More>>>,
    section: string,
  ): readonly BrokenRule<ExtendedSettings<Base, More>>[]
  /** Returns the models that may answer; by default those of the base. */
  models?(config: z.infer<ExtendedSettings<Base, More>>): readonly string[]
  /** Usually `wrapMiner(await base.create(context), { … })`; by default `base.create(context)`. */
  create?(context: MinerContext<z.infer<ExtendedSettings<Base, More>>>): Miner | Promise<Miner>
}

const extensionKeys = Object.keys({
  name: true,
  summary: true,
  settings: true,
  rules: true,
  models: true,
  create: true,
} satisfies Record<keyof MinerExtension<ZodObject, z.ZodRawShape>, true>)

/**
 * Defines a miner with the settings, rules and models of another and more. Its settings have a table, variables and flags
 * of its own; variables of other programs, such as `OPENAI_API_KEY`, stay.
 *
 * @throws {TypeError} when `base` or `extension` has another form, or a setting that replaces a secret is none
 */
export function extendMiner<Base extends ZodObject, More extends z.ZodRawShape = Record<never, never>>(
  base: MinerDefinition<Base>,
  extension: MinerExtension<Base, More>,
): MinerDefinition<ExtendedSettings<Base, More>> {
  type Settings = ExtendedSettings<Base, More>
  if (!(base?.settings instanceof ZodObject))
    throw new TypeError('extendMiner needs the definition of a miner: extendMiner(await openai(), { … })')
  refuseUnknown(extension, extensionKeys, 'extendMiner')
  const { name, summary, settings: more = {} as More, rules, models } = extension
  if (more instanceof ZodType)
    throw new TypeError('extendMiner needs settings as a table of schemas: { index: z.url() }, without z.object')
  for (const [key, schema] of Object.entries(more)) {
    const secrets = leavesOf(base.settings.shape[key]).filter(({ secret }) => secret)
    const shown = leavesOf(schema).find(({ path, secret }) => !secret && secrets.some(one => one.path === path))
    if (!shown) continue
    const setting = `the setting ${key}${shown.path} of ${name}`
    throw new TypeError(`${setting} replaces a secret, and is none: add .meta({ secret: true })`)
  }
  const shape = moveSpellings({ ...base.settings.shape, ...more }, base.name, name)
  const settings = base.settings.safeExtend(shape as never) as unknown as Settings
  // The settings of the base are among those of the extension; where an extension changes the type of one, the compiler
  // refuses its call of `base.create`.
  const original = base as unknown as MinerDefinition<Settings>
  return {
    name,
    summary,
    settings,
    rules: (config, section) => [
      ...(original.rules?.(config, section) ?? []),
      ...(rules?.call(extension, config, section) ?? []),
    ],
    models: config => (models ? models.call(extension, config) : (original.models?.(config) ?? [])),
    create: context => (extension.create ? extension.create(context) : original.create(context)),
  }
}

type Leaf = { readonly path: string; readonly secret: boolean }

/** Returns the texts and numbers of a setting: itself, or what its lists and tables hold, such as `.apiKey`. */
function leavesOf(schema: unknown, path = '', isSecret = false): readonly Leaf[] {
  if (!(schema instanceof ZodType)) return []
  const { innerType, element, valueType, shape } = schema.def as unknown as Readonly<Record<string, unknown>>
  const secret = isSecret || schema.meta()?.secret === true
  if (typeof shape === 'object' && shape !== null)
    return Object.entries(shape).flatMap(([key, field]) => leavesOf(field, `${path}.${key}`, secret))
  const inner = innerType ?? element ?? valueType
  return inner === undefined ? [{ path, secret }] : leavesOf(inner, path, secret)
}
