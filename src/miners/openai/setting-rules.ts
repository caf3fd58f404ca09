import type { BrokenRule } from '../../plugin/miner.js'
import { endpointAt } from './endpoint.js'
import type { OpenAISettings, OwnSettings } from './settings.js'

type Given = Partial<OpenAISettings>
type Broken = BrokenRule & { readonly setting: keyof OpenAISettings }

/** What is wrong between the settings of the `openai` miner. */
export function openaiRules(given: Given): readonly Broken[] {
  const { endpoints = [], ...plain } = given
  // Plain settings are for the endpoints that have none of their own: it is enough when one can use them.
  const apis = endpoints.length > 0 ? endpoints.map(({ api = given.api }) => api) : [given.api]
  return [
    ...brokenIn(plain, apis).map(({ field, ...words }) => ({ setting: field, ...words })),
    ...endpoints.flatMap((own, at) =>
      brokenIn(own, [own.api ?? given.api]).map(({ field, ...words }) => aboutEndpoint([at, field], words)),
    ),
    ...endpoints.flatMap(({ apiKey, apiKeys }, at) =>
      apiKey && apiKeys
        ? [aboutEndpoint([at, 'apiKey'], { message: 'does not go with apiKeys', hint: 'keep only one of them' })]
        : [],
    ),
    ...sharedNames(given),
  ]
}

/** `apis`: those with which the settings are used; one that is wrong itself is undefined */
function brokenIn({ suffix, reasoningEffort, extra = {} }: OwnSettings, apis: readonly (string | undefined)[]) {
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
  for (const [name, hint] of taken)
    if (Object.hasOwn(extra, name)) broken.push({ field: 'extra', message: `must not have the field ${name}`, hint })
  const key = Object.keys(extra).find(name => credential.test(name))
  if (key !== undefined)
    broken.push({ field: 'extra', message: `must not have the field ${key}: it would be shown`, hint: 'set apiKey' })
  return broken
}

/** `extra` is printed as it is, and no endpoint wants one of these in the body. */
const credential = /(api[_-]?key|authorization|password|secret)$/i

/** Fields of the request that are not free. */
const taken: ReadonlyMap<string, string> = new Map([
  ['model', 'set --model'],
  ['messages', 'leave it out: it is the question'],
  ['prompt', 'leave it out: it is the question'],
  ['stream', 'leave it out: how an answer is read depends on it'],
  ['n', 'set --n'],
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

function aboutEndpoint(at: readonly (string | number)[], words: { message: string; hint: string }): Broken {
  return { setting: 'endpoints', at, ...words }
}
