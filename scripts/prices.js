// Writes src/money/prices/prices.json, the prices of vendors' models, from the PyPI package `litellm`: `node scripts/prices.js`. It needs
// Python with pip. For newer prices change the version and the day here, and run it again.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const VERSION = '1.110.2'
/** When this version was the newest. */
const DAY = '2026-11-29'
const PRICES = 'litellm/model_prices_and_context_window_backup.json'
const LICENCE = `litellm-${VERSION}.dist-info/licenses/LICENSE`

/**
 * The providers whose prices are taken: those with a price for each token, and an API at an address of their own
 * (src/money/prices/vendors.ts). Not OpenRouter and Azure, whose prices depend on a route or a contract; not Perplexity, which also
 * charges for each request; not DashScope, whose prices depend on the length.
 */
const providers = {
  openai: ['openai', 'text-completion-openai'],
  anthropic: ['anthropic'],
  cerebras: ['cerebras'],
  deepinfra: ['deepinfra'],
  deepseek: ['deepseek'],
  fireworks_ai: ['fireworks_ai'],
  gemini: ['gemini'],
  groq: ['groq'],
  mistral: ['mistral'],
  moonshot: ['moonshot'],
  nebius: ['nebius'],
  sambanova: ['sambanova'],
  together_ai: ['together_ai'],
  xai: ['xai'],
}
/** Their models have no prefix in the list; elsewhere a name without one is a size, not a model. */
const bare = ['openai', 'text-completion-openai', 'anthropic', 'deepseek', 'gemini']
/** What the `openai` miner asks: chat, completions, embeddings. */
const modes = ['chat', 'completion', 'embedding']

const { prices, licence } = download()
const all = Object.entries(JSON.parse(prices))
const vendors = Object.fromEntries(Object.entries(providers).map(([vendor, names]) => [vendor, modelsOf(names)]))
const file = {
  source: `${PRICES} of the PyPI package litellm ${VERSION}, cut to chat, completion and embedding models; dollars per million tokens`,
  version: VERSION,
  day: DAY,
  sha256: createHash('sha256').update(prices).digest('hex'),
  licence: mitNotice(licence),
}
const lines = Object.entries(vendors).map(([vendor, models]) => {
  const rows = Object.entries(models).map(([model, price]) => `   ${JSON.stringify(model)}: ${JSON.stringify(price)}`)
  return `  ${JSON.stringify(vendor)}: {\n${rows.join(',\n')}\n  }`
})
const head = JSON.stringify(file, null, 1).slice(0, -2)
const target = new URL('../src/money/prices/prices.json', import.meta.url)
writeFileSync(target, `${head},\n "vendors": {\n${lines.join(',\n')}\n }\n}\n`)

/** @returns the text of two files in the package */
function download() {
  const folder = mkdtempSync(join(tmpdir(), 'prices-'))
  try {
    const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary', ':all:', '-d', folder]
    execFileSync('python3', [...pip, `litellm==${VERSION}`], { stdio: ['ignore', 'ignore', 'inherit'] })
    const wheel = join(folder, readdirSync(folder)[0])
    const print = 'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))'
    const read = member =>
      execFileSync('python3', ['-c', print, wheel, member], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
    return { prices: read(PRICES), licence: read(LICENCE) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The MIT licence with its copyright line, as it asks to be kept; what stands before it is about a folder we do not take. */
function mitNotice(text) {
  const at = text.indexOf('MIT License')
  if (at < 0) throw new Error(`litellm ${VERSION} has another licence: read it before you take its prices`)
  return text.slice(at).trim()
}

function modelsOf(names) {
  const models = all.filter(
    ([, { litellm_provider, mode }]) => names.includes(litellm_provider) && modes.includes(mode),
  )
  const priced = models.flatMap(([key, fields]) => {
    const prefix = names.map(name => `${name}/`).find(one => key.startsWith(one))
    if (!prefix && !bare.includes(fields.litellm_provider)) return []
    const name = key.slice(prefix?.length ?? 0)
    // A model that searches charges for each search, too.
    const price = /search/.test(name) ? null : priceOf(fields)
    return price ? [[name, price]] : []
  })
  return Object.fromEntries(priced.sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** A price of 0 is that of a trial, or unknown: such a model has none here. */
function priceOf(fields) {
  const rates = ratesOf(fields, '')
  const isEmbedding = fields.mode === 'embedding'
  if (!(rates.input > 0) || !(rates.output > 0 || isEmbedding)) return null
  const tiers = Object.keys(fields).flatMap(name => /^input_cost_per_token_above_(\d+)k_tokens$/.exec(name)?.[1] ?? [])
  if (tiers.length > 1) return null
  const [tier] = tiers
  const above = tier && { above: { tokens: Number(tier) * 1000, ...ratesOf(fields, `_above_${tier}k_tokens`) } }
  const { max_output_tokens: most } = fields
  return {
    ...rates,
    output: rates.output ?? 0,
    ...above,
    ...(Number.isInteger(most) && most > 0 && !isEmbedding && { maxOutput: most }),
  }
}

function ratesOf(fields, suffix) {
  const rate = name => {
    const value = fields[`${name}${suffix}`]
    return typeof value === 'number' ? Number((value * 1e6).toPrecision(9)) : undefined
  }
  const input = rate('input_cost_per_token')
  const cacheWrite = rate('cache_creation_input_token_cost')
  // Only OpenAI writes its cache without being asked to.
  const writes = fields.litellm_provider === 'openai' && cacheWrite > input
  return {
    input,
    output: rate('output_cost_per_token'),
    cached: rate('cache_read_input_token_cost'),
    ...(writes && { cacheWrite }),
    reasoning: suffix === '' ? rate('output_cost_per_reasoning_token') : undefined,
  }
}
