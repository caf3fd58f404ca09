import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The files of a package by path; package.json is an object. */
export type PackageFiles = { readonly 'package.json': object } & Readonly<Record<string, string | object>>

/** A folder with packages, and a data folder of the program that links them. */
export type PluginFolder = Disposable & {
  readonly folder: string
  /** for processes: configuration, data and cache folders */
  readonly env: Readonly<Record<string, string>>
  /** Returns the folder of a package. */
  root(name: string): string
}

/** Creates packages, and links them as `plugins:link` does. */
export function linkedPlugins(packages: Readonly<Record<string, PackageFiles>>, config = ''): PluginFolder {
  const folder = mkdtempSync(join(tmpdir(), 'miner-plugins-'))
  const root = (name: string) => join(folder, 'packages', name)
  for (const [name, files] of Object.entries(packages)) writePackage(root(name), name, files)
  const plugins = Object.keys(packages).map(name => ({ name, root: root(name), type: 'link' }))
  write(join(folder, 'data', 'package.json'), { oclif: { plugins, schema: 1 }, private: true })
  write(join(folder, 'config', 'config.toml'), config)
  const kinds = ['CONFIG', 'DATA', 'CACHE']
  return {
    folder,
    env: Object.fromEntries(kinds.map(kind => [`MINER_${kind}_DIR`, join(folder, kind.toLowerCase())])),
    root,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Creates one package. */
export function writePackage(root: string, name: string, files: PackageFiles): void {
  const about = { name, version: '1.0.0', type: 'module', ...files['package.json'] }
  for (const [path, content] of Object.entries({ ...files, 'package.json': about })) write(join(root, path), content)
}

function write(file: string, content: string | object): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
}

/** A miner that answers in capital letters, followed by a mark. */
export const shoutMiner = `
export default ({ defineMiner, z }) => defineMiner({
  name: 'shout',
  summary: 'answers in capital letters',
  settings: z.object({
    mark: z.string().default('!').describe('printed after each answer'),
    url: z.string().default('nowhere').describe('a name that the host owns'),
  }),
  create: ({ config }) => ({
    async *prompt({ messages }) {
      yield messages.at(-1).content.toUpperCase() + config.mark
      return { model: 'shout', finishReason: 'stop' }
    },
  }),
})
`

/** A dialect with one synapse, `Haiku`, that takes a topic and returns a poem. */
export const haikuDialect = `
export default ({ defineDialect, defineRoute, z }) => defineDialect({
  name: 'haiku',
  summary: 'asks for haiku',
  follows: 'somebody/haiku@1234567',
  caveat: 'Nobody pays for it.',
  synapses: {
    Haiku: defineRoute({
      body: z.object({ topic: z.string() }),
      hashed: ['topic'],
      example: { topic: 'TAO', poem: '' },
      async answer({ body, ask }) {
        return { poem: (await ask({ messages: [{ role: 'user', content: body.topic }] })).text }
      },
    }),
  },
})
`

export const shout: PackageFiles = {
  'package.json': { oclif: { contract: 1, miners: { shout: './index.js' } } },
  'index.js': shoutMiner,
}

export const haiku: PackageFiles = {
  'package.json': { oclif: { contract: 1, dialects: { haiku: './index.js' } } },
  'index.js': haikuDialect,
}

/** A miner that extends the built-in one: it puts a passage of its index before each question. */
export const retrieverMiner = `
export default async ({ openai, extendMiner, wrapMiner, z, NoAnswer }) => {
  const base = await openai()
  return extendMiner(base, {
    name: 'retriever',
    summary: 'looks passages up first',
    settings: {
      temperature: base.settings.shape.temperature.removeDefault().default(0),
      index: z.url().describe('where passages are looked up'),
      indexKey: z.string().optional().describe('the key of the index').meta({ secret: true }),
    },
    create: async context => wrapMiner(await base.create(context), {
      async question(question) {
        const reply = await context.fetch(context.config.index)
        if (reply.status === 404) throw new NoAnswer('upstream', 'the index is empty', { code: 'INDEX_EMPTY' })
        const { text } = await reply.json()
        return { ...question, messages: [{ role: 'system', content: text }, ...question.messages] }
      },
    }),
  })
}
`

export const retriever: PackageFiles = {
  'package.json': { oclif: { contract: 2, miners: { retriever: './index.js' } } },
  'index.js': retrieverMiner,
}
