import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { z } from 'zod'
import { ConfigError } from '#dist/config/config-error.js'
import { configurationJson } from '#dist/config/describe/json.js'
import { configurationToml } from '#dist/config/describe/toml.js'
import type { Sources } from '#dist/config/load.js'
import { problemText } from '#dist/config/problem.js'
import { redactText } from '#dist/config/redact.js'
import type { Section } from '#dist/config/schema/section.js'
import { everySection } from './example-sections.ts'
import { read, typed } from './reading.ts'

// A refinement and a rule whose authors are careless with what they saw.
const careless: Section = {
  name: 'careless',
  title: 'careless',
  of: 'miner',
  settings: z.object({
    token: z
      .string()
      .optional()
      .refine(token => !token?.endsWith('!'), { error: issue => `is bad: ${String(issue.input)}` })
      .meta({ secret: true }),
    pin: z.string().max(5).optional().meta({ secret: true }),
    kind: z.enum(['a', 'b']).optional().meta({ secret: true }),
    mirrors: z.array(z.url()).default([]),
    header: z
      .string()
      .trim()
      .refine(header => !header.endsWith('!'), { error: issue => `is bad: ${String(issue.input)}` })
      .optional()
      .meta({ secret: true }),
  }),
  rules: ({ token, header }) => [
    ...(token ? [{ setting: 'token', message: `is no good: ${token}`, hint: `not ${token}` } as const] : []),
    ...(header ? [{ setting: 'header', message: `is no good: ${header}` } as const] : []),
  ],
}

const sections = [...everySection, careless]
const marker = 'Marker7f3a'

/** Everything that can be printed of a configuration, or of what is wrong with it. */
async function outputs(given: Parameters<typeof read>[0]): Promise<string> {
  try {
    const configuration = await read({ sections, ...given })
    const { warnings } = configuration
    const printed = [
      configurationToml(configuration),
      configurationToml(configuration, { origins: true }),
      configurationJson(configuration),
      warnings,
    ]
    return printed.map(one => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n')
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return [
      inspect(error),
      error.message,
      error.hint,
      JSON.stringify(error.problems),
      ...error.problems.map(problemText),
    ].join('\n')
  }
}

/** Every way in which a secret, or something meant as one, can be written. */
const places: Readonly<Record<string, Parameters<typeof read>[0]>> = {
  'a secret in the file': { toml: `[openai]\napiKey = "${marker}"` },
  'a secret in a variable': { env: { OPENAI_API_KEY: marker } },
  'a secret in a flag': { flags: [typed('openai.apiKey', '--api-key', marker)] },
  'a secret given twice': { flags: [typed('openai.apiKey', '--api-key', marker, marker)] },
  'a secret behind a variable': { env: { OPENAI_API_KEY: 'env:K', K: marker } },
  'a secret pasted after env:': { env: { OPENAI_API_KEY: `env:sk-${marker}` } },
  'a secret in a list': { toml: `[openai]\napiKey = ["${marker}"]` },
  'a secret in a table': { toml: `[openai.apiKey]\nkey = "${marker}"` },
  'a secret that is refused by its author': { toml: `[careless]\ntoken = "${marker}!"` },
  'a secret that a rule quotes': { toml: `[careless]\ntoken = "${marker}"` },
  'a secret that its schema trims': { env: { MINER_CARELESS_HEADER: `${marker}\n` } },
  'a secret that its schema trims and its author refuses': { env: { MINER_CARELESS_HEADER: `${marker}!\n` } },
  'a secret that is too long': { env: { MINER_CARELESS_PIN: marker } },
  'a secret that is no choice': { env: { MINER_CARELESS_KIND: marker } },
  'a secret under an unknown key': { toml: `[openai]\napikee = "${marker}"` },
  'a secret under an unknown table': { toml: `[opnai]\napiKey = "${marker}"` },
  'a secret in the place of a table': { toml: `openai = "${marker}"` },
  'a secret in an unknown variable': { env: { MINER_OPENAI_API_KEE: marker } },
  'a secret on a malformed line': { toml: `[openai]\napiKey = "${marker}` },
  'a secret without quotes': { toml: `[openai]\napiKey = ${marker}` },
  'a secret in malformed JSON': { env: { MINER_OPENAI_HEADERS: `{"a": ${marker}}` } },
  'a secret in a list of tables': { toml: `[[openai.endpoints]]\nurl = "http://a.test"\napiKey = "${marker}"` },
  'a secret beside a problem': { toml: `[[openai.endpoints]]\nurl = "x y"\nweight = 0\napiKey = "${marker}"` },
  'a secret in the place of an item': { toml: `[openai]\nendpoints = ["${marker}"]` },
  'a secret in the place of a list': { toml: `[openai]\nendpoints = "${marker}"` },
  'a secret under an unknown key of an item': {
    toml: `[[openai.endpoints]]\nurl = "http://a.test"\napikee = "${marker}"`,
  },
  'a secret in a table of secrets': { toml: `[openai.headers]\na = "${marker}"` },
  'a secret too deep in a table of secrets': { toml: `[openai.headers]\na = { b = "${marker}" }` },
  'a password in a URL': { env: { OPENAI_BASE_URL: `http://me:${marker}@a.test/v1` } },
  'a user in a URL': { env: { OPENAI_BASE_URL: `http://${marker}@a.test/v1` } },
  'a query in a URL': { env: { OPENAI_BASE_URL: `http://a.test/v1?key=${marker}` } },
  'a fragment in a URL': { env: { OPENAI_BASE_URL: `http://a.test/v1#${marker}` } },
  'a password in what is no URL': { env: { OPENAI_BASE_URL: `me:${marker}@a test` } },
  'a password in a URL without a scheme': { env: { OPENAI_BASE_URL: `me:${marker}@a.test` } },
  'a password in a choice or URL': { env: { MINER_CHAIN_NETWORK: `wss://me:${marker}@a.test` } },
  'a password in no choice and no URL': { env: { MINER_CHAIN_NETWORK: `//me:${marker}@a test` } },
  'a password in a list of URLs': { env: { MINER_CARELESS_MIRRORS: `http://a.test,http://me:${marker}@b.test` } },
  'a password in a URL of an item': { toml: `[[openai.endpoints]]\nurl = "http://me:${marker}@a.test?k=${marker}"` },
}

describe('redact', () => {
  for (const [place, given] of Object.entries(places)) {
    it(`keeps ${place} out of every output`, async () => {
      assert.doesNotMatch(await outputs(given), new RegExp(marker))
      assert.doesNotMatch(await outputs({ ...given, secrets: 'leave' as Sources['secrets'] }), new RegExp(marker))
    })
  }

  it('would notice a leak', async () => {
    assert.match(await outputs({ env: { MINER_OPENAI_MODEL: marker } }), new RegExp(marker))
  })

  it('lists a secret as it was written and as its schema outputs it', async () => {
    const settings = z.object({ key: z.string().trim().toLowerCase().meta({ secret: true }) })
    const section: Section = { name: 'x', title: 'x', of: 'host', settings }
    const { secretValues } = await read({ sections: [section], env: { MINER_X_KEY: 'Sk-Secret ' } })
    assert.deepEqual(secretValues, ['Sk-Secret ', 'Sk-Secret', 'sk-secret'])
  })

  it('prints a reference as it was written, but not a secret that was pasted after env:', async () => {
    const shown = async (apiKey: string) =>
      configurationToml(await read({ toml: `[openai]\napiKey = "${apiKey}"`, secrets: 'leave' })).match(
        /^apiKey = .*$/m,
      )?.[0]
    assert.equal(await shown('env:MY_KEY'), 'apiKey = "env:MY_KEY"')
    assert.equal(await shown('file:keys/one'), 'apiKey = "file:keys/one"')
    assert.equal(await shown('env:sk-0123456789'), 'apiKey = "***"')
  })

  it('prints a URL as it was written when there is nothing to hide', async () => {
    const toml = configurationToml(await read({ env: { OPENAI_BASE_URL: 'http://a.test:80' } }))
    assert.match(toml, /^baseUrl = "http:\/\/a.test:80"$/m)
  })

  it('lists passwords of URLs among the secrets of the log, encoded and plain', async () => {
    const { secretValues } = await read({ env: { OPENAI_BASE_URL: 'http://me:p%40ss@a.test/?key=1' } })
    assert.deepEqual(secretValues, ['me', 'p%40ss', 'p@ss', '?key=1'])
  })
})

describe('redactText', () => {
  it('redacts known secrets, but not texts too short to be one', () => {
    assert.equal(
      redactText('401: sk-verysecret of x is wrong: sk-verysecret', ['sk-verysecret', 'x']),
      '401: *** of x is wrong: ***',
    )
  })

  it('redacts a secret completely when another is its beginning', () => {
    assert.equal(redactText('key abcdefgh', ['abcdef', 'abcdefgh']), 'key ***')
  })
})
