import type { BrokenRule } from '../../../plugin/miner.js'
import { endpointAt } from './endpoints.js'
import { settingName, settingOfField } from './setting-names.js'
import type { OpenAISettings, OwnSettings } from './settings.js'

type Given = Partial<OpenAISettings>
type Key = keyof OpenAISettings
type Broken = BrokenRule & { readonly setting: Key; readonly beside?: readonly Key[] }

/** What is wrong between the settings of the `openai` miner. */
export function openaiRules(given: Given): readonly Broken[] {
  const { endpoints = [], ...plain } = given
  // Plain settings are for the endpoints that have none of their own: it is enough when one can use them.
  const apis = endpoints.length > 0 ? endpoints.map(({ api = given.api }) => api) : [given.api]
  return [
    ...brokenIn(plain, { apis, table: null }).map(({ field, ...words }) => ({ setting: field, ...words })),
    ...endpoints.flatMap((own, at) =>
      brokenIn(own, { apis: [own.api ?? given.api], table: `openai.endpoints[${at}]` }).map(({ field, ...words }) =>
        aboutEndpoint([at, field], words),
      ),
    ),
    ...endpoints.flatMap(({ apiKey, apiKeys }, at) =>
      apiKey && apiKeys
        ? [aboutEndpoint([at, 'apiKey'], { message: 'does not go with apiKeys', hint: 'keep only one of them' })]
        : [],
    ),
    ...sharedNames(given),
    ...uselessHedge(given),
  ]
}

/** `apis`: those with which the settings are used; one that is wrong itself is undefined. `table`: where they stand */
function brokenIn(
  { suffix, reasoningEffort, extra = {} }: OwnSettings,
  { apis, table }: { apis: readonly (string | undefined)[]; table: string | null },
) {
  const isFor = (api: string) => apis.includes(api) || apis.includes(undefined)
  const broken: { field: 'suffix' | 'reasoningEffort' | 'extra'; message: string; hint: string }[] = []
  if (suffix !== undefined && !isFor('completions'))
    broken.push({
      field: 'suffix',
      message: 'needs --api completions',
      hint: 'set api to completions, or take suffix out',
    })
  if (reasoningEffort !== undefined && !isFor('chat'))
    broken.push({ field: 'reasoningEffort', message: 'needs --api chat', hint: 'take it out' })
  for (const name of Object.keys(extra)) {
    const key = settingOfField.get(name)
    const hint = key ? `set ${settingName(table, key)}` : notFree.get(name)
    if (hint) broken.push({ field: 'extra', message: `must not have the field ${name}`, hint })
  }
  const key = Object.keys(extra).find(name => credential.test(name))
  if (key !== undefined)
    broken.push({ field: 'extra', message: `must not have the field ${key}: it would be shown`, hint: 'set apiKey' })
  return broken
}

/** `extra` is printed as it is, and no endpoint wants one of these in the body. */
const credential = /(api[_-]?key|authorization|password|secret)$/i

/** Fields of the request that nobody may set. */
const notFree: ReadonlyMap<string, string> = new Map([
  ['messages', 'leave it out: it is the question'],
  ['prompt', 'leave it out: it is the question'],
  ['stream', 'leave it out: how an answer is read depends on it'],
])

function sharedNames({ endpoints = [], baseUrl }: Given): Broken[] {
  const names = endpoints.map(own => own.name ?? endpointAt(own.baseUrl ?? baseUrl).host)
  return names.flatMap((name, at) => {
    const first = names.indexOf(name)
    if (first === at) return []
    return [
      aboutEndpoint([at], { message: `is called ${name}, as [${first}] is`, hint: 'give each a name of its own' }),
    ]
  })
}

/** A hedge that would never be begun, or hardly ever. */
function uselessHedge({ hedge, endpoints }: Given): Broken[] {
  if (hedge == null) return []
  const ways = endpoints?.reduce((sum, { apiKeys }) => sum + new Set(apiKeys ?? [null]).size, 0) ?? 1
  if (ways === 1)
    return [
      {
        setting: 'hedge',
        beside: ['endpoints'],
        message: 'needs somebody else to ask',
        hint: 'list a second endpoint or key in openai.endpoints, or take it out',
      },
    ]
  if (hedge >= longestHedgeMs)
    return [
      {
        setting: 'hedge',
        message: `is ${hedge / 1000} s, and hardly a question is open for that long`,
        hint: 'give less than 60s, such as 800ms: a number without a unit counts seconds',
      },
    ]
  return []
}

const longestHedgeMs = 60_000

function aboutEndpoint(at: readonly (string | number)[], words: { message: string; hint: string }): Broken {
  return { setting: 'endpoints', at, ...words }
}
