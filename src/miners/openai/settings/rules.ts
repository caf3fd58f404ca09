import type { BrokenRule } from '../../../plugin/miner.js'
import { endpointAt } from './endpoints.js'
import { fieldsAlsoInExtra, settingName, settingOfField } from './setting-names.js'
import type { OpenAISettings, OwnSettings } from './settings.js'

type Settings = Partial<OpenAISettings>
type Key = keyof OpenAISettings
type Broken = BrokenRule & { readonly setting: Key; readonly beside?: readonly Key[] }

/**
 * Returns the rules between settings of the `openai` miner, or of an extension, that are broken.
 *
 * @param section the table of the settings
 */
export function openaiRules(settings: Settings, section: string): readonly Broken[] {
  const { endpoints = [], ...plain } = settings
  // Plain settings apply to endpoints that do not override them: one endpoint that can use them is enough.
  const apis = endpoints.length > 0 ? endpoints.map(({ api = settings.api }) => api) : [settings.api]
  return [
    ...brokenIn(plain, { apis, table: null }).map(({ field, ...texts }) => ({ setting: field, ...texts })),
    ...endpoints.flatMap((own, at) =>
      brokenIn(own, { apis: [own.api ?? settings.api], table: `${section}.endpoints[${at}]` }).map(
        ({ field, ...texts }) => aboutEndpoint([at, field], texts),
      ),
    ),
    ...endpoints.flatMap(({ apiKey, apiKeys }, at) =>
      apiKey && apiKeys
        ? [aboutEndpoint([at, 'apiKey'], { message: 'cannot be combined with apiKeys', hint: 'keep only one of them' })]
        : [],
    ),
    ...setTwice(settings, section),
    ...sharedNames(settings),
    ...uselessHedge(settings, section),
  ]
}

/**
 * @param options.apis the APIs of the endpoints that use these settings; undefined for an invalid one
 * @param options.table the path of the settings; null: the plain ones
 */
function brokenIn(
  { suffix, reasoningEffort, extra = {} }: OwnSettings,
  { apis, table }: { apis: readonly (string | undefined)[]; table: string | null },
) {
  const isFor = (api: string) => apis.includes(api) || apis.includes(undefined)
  const broken: { field: 'suffix' | 'reasoningEffort' | 'extra'; message: string; hint: string }[] = []
  if (suffix !== undefined && !isFor('completions'))
    broken.push({
      field: 'suffix',
      message: 'needs api to be completions',
      hint: 'set api to completions, or remove suffix',
    })
  if (reasoningEffort !== undefined && !isFor('chat'))
    broken.push({ field: 'reasoningEffort', message: 'needs api to be chat', hint: 'remove it' })
  for (const name of Object.keys(extra)) {
    if (fieldsAlsoInExtra.has(name)) continue
    const key = settingOfField.get(name)
    const hint = key ? `set ${settingName(table, key)}` : reservedFields.get(name)
    if (hint) broken.push({ field: 'extra', message: `must not have the field ${name}`, hint })
  }
  const key = Object.keys(extra).find(name => credential.test(name))
  if (key !== undefined)
    broken.push({ field: 'extra', message: `must not have the field ${key}: it would be printed`, hint: 'set apiKey' })
  return broken
}

/** `extra` is printed unredacted, and no endpoint takes these in the body. */
const credential = /(api[_-]?key|authorization|password|secret)$/i

/** Fields of the request that `extra` must not set. */
const reservedFields: ReadonlyMap<string, string> = new Map([
  ['messages', 'leave it out: it carries the question'],
  ['prompt', 'leave it out: it carries the question'],
  ['stream', 'leave it out: the miner sets it to match how it reads the answer'],
])

/** Reports fields that an endpoint would get from a setting and from `extra`. */
function setTwice({ endpoints, ...plain }: Settings, section: string): Broken[] {
  const plainValues: Readonly<Record<string, unknown>> = plain
  const twiceIn = (own: OwnSettings) =>
    [...fieldsAlsoInExtra].flatMap(field => {
      const key = settingOfField.get(field)!
      const extra = own.extra ?? plain.extra ?? {}
      return isSet(extra[field]) && isSet(own[key] ?? plainValues[key]) ? [{ field, key }] : []
    })
  const plainOnes = twiceIn({}).map(({ field, key }): Broken => {
    return { setting: 'extra', beside: [key as Key], ...twice(field, settingName(null, key)) }
  })
  if (plainOnes.length > 0) return plainOnes
  return (endpoints ?? []).flatMap((own, at) =>
    twiceIn(own).map(({ field, key }) =>
      own.extra === undefined
        ? aboutEndpoint([at, key], {
            message: `is also set as ${field} in ${section}.extra`,
            hint: 'keep only one of them',
          })
        : aboutEndpoint([at, 'extra'], twice(field, own[key] === undefined ? settingName(null, key) : key)),
    ),
  )
}

function twice(field: string, setting: string) {
  return { message: `has the field ${field}, and ${setting} is set too`, hint: 'keep only one of them' }
}

/** Whether a setting or field has a value that is sent: neither null nor an empty list. */
function isSet(value: unknown): boolean {
  return value != null && !(Array.isArray(value) && value.length === 0)
}

/** Describes each field of `extra` that has a setting of its own by now. */
export function movedFields({ extra, endpoints = [] }: OpenAISettings, section: string): readonly string[] {
  const tables = [
    { path: null, extra },
    ...endpoints.map((own, at) => ({ path: `${section}.endpoints[${at}]`, extra: own.extra })),
  ]
  return tables.flatMap(({ path, extra = {} }) =>
    Object.keys(extra)
      .filter(field => fieldsAlsoInExtra.has(field))
      .map(field => {
        const setting = settingName(path, settingOfField.get(field)!)
        return `${field} in ${path ?? section}.extra has a setting of its own: use ${setting}`
      }),
  )
}

function sharedNames({ endpoints = [], baseUrl }: Settings): Broken[] {
  const names = endpoints.map(own => own.name ?? endpointAt(own.baseUrl ?? baseUrl).host)
  return names.flatMap((name, at) => {
    const first = names.indexOf(name)
    if (first === at) return []
    return [
      aboutEndpoint([at], {
        message: `has the name ${name}, like [${first}]`,
        hint: 'give each endpoint its own name',
      }),
    ]
  })
}

/** Reports a hedge that would start never, or hardly ever. */
function uselessHedge({ hedge, endpoints }: Settings, section: string): Broken[] {
  if (hedge == null) return []
  const targetCount = endpoints?.reduce((sum, { apiKeys }) => sum + new Set(apiKeys ?? [null]).size, 0) ?? 1
  if (targetCount === 1)
    return [
      {
        setting: 'hedge',
        beside: ['endpoints'],
        message: 'needs a second endpoint or key',
        hint: `add a second endpoint or key to ${section}.endpoints, or remove hedge`,
      },
    ]
  if (hedge >= maxHedgeMs)
    return [
      {
        setting: 'hedge',
        message: `is ${hedge / 1000} s, which is longer than almost any question stays open`,
        hint: 'set less than 60s, such as 800ms: a number without a unit counts seconds',
      },
    ]
  return []
}

const maxHedgeMs = 60_000

function aboutEndpoint(at: readonly (string | number)[], texts: { message: string; hint: string }): Broken {
  return { setting: 'endpoints', at, ...texts }
}
