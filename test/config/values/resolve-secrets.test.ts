import assert from 'node:assert/strict'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { valuesOf } from '#dist/config/configuration.js'
import { problemText } from '#dist/config/problem.js'
import { openai } from '../example-sections.ts'
import { complaints, fileAt, inFolder, problemsOf, read, typed } from '../reading.ts'

const keyOf = async (given: Parameters<typeof read>[0]) => valuesOf(await read(given), openai).apiKey

describe('resolveSecrets', () => {
  it('takes a secret literally, from a variable or from a file, in every layer', async () => {
    await inFolder(async folder => {
      const file = join(folder, 'key')
      await writeFile(file, 'from a file\n')
      for (const [written, key] of [
        ['literal', 'literal'],
        ['env:OTHER', 'from a variable'],
        [`file:${file}`, 'from a file'],
      ] as const) {
        const env = { OTHER: 'from a variable' }
        assert.equal(await keyOf({ env, toml: `[openai]\napi_key = ${JSON.stringify(written)}` }), key)
        assert.equal(await keyOf({ env: { ...env, OPENAI_API_KEY: written } }), key)
        assert.equal(await keyOf({ env, flags: [typed('openai.apiKey', '--api-key', written)] }), key)
      }
    })
  })

  it('resolves a relative path against the configuration file, or else the working directory', async () => {
    await inFolder(async folder => {
      await mkdir(join(folder, 'keys'))
      await writeFile(join(folder, 'keys', 'openai'), 'beside\r\n')
      const path = join(folder, 'config.toml')
      await writeFile(path, '[openai]\napiKey = "file:keys/openai"')
      assert.equal(await keyOf({ file: await fileAt(path) }), 'beside')
      const fromHere = relative('.', join(folder, 'keys', 'openai'))
      assert.equal(await keyOf({ env: { MINER_OPENAI_API_KEY: `file:${fromHere}` } }), 'beside')
    })
  })

  it('resolves a path with a tilde against the home of the user', async () => {
    const { HOME } = process.env
    try {
      await inFolder(async folder => {
        process.env.HOME = folder
        await writeFile(join(folder, 'key'), 'at home')
        assert.equal(await keyOf({ env: { OPENAI_API_KEY: 'file:~/key' } }), 'at home')
      })
    } finally {
      process.env.HOME = HOME
    }
  })

  it('reads a credential of systemd where it is written out, and nothing else there', async () => {
    await inFolder(async folder => {
      await mkdir(join(folder, 'credentials'))
      await writeFile(join(folder, 'credentials', 'openai.key'), 'a credential\n')
      await writeFile(join(folder, 'openai.key'), 'beside')
      const path = join(folder, 'config.toml')
      const env = { CREDENTIALS_DIRECTORY: join(folder, 'credentials') }
      const inToml = async (written: string) => {
        await writeFile(path, `[openai]\napiKey = ${JSON.stringify(written)}`)
        return fileAt(path)
      }
      const file = await inToml('file:$CREDENTIALS_DIRECTORY/openai.key')
      assert.equal(await keyOf({ env, file }), 'a credential')
      assert.equal(await keyOf({ env, file: await inToml('file:openai.key') }), 'beside')
      const wrong = async (given: Parameters<typeof read>[0]) =>
        (await complaints(given)).map(text => text.split('\n')[0])
      const start = 'openai.apiKey refers to the credential openai.key, and $CREDENTIALS_DIRECTORY is'
      for (const [variables, why] of [
        [{}, 'not set'],
        [{ CREDENTIALS_DIRECTORY: '' }, 'not set'],
        [{ CREDENTIALS_DIRECTORY: 'here' }, 'not an absolute path'],
      ] as const) {
        const [problem] = await wrong({ env: variables, file })
        assert.ok(problem?.startsWith(`${start} ${why}`), problem)
      }
      for (const name of ['../config.toml', '..', '', 'a/b']) {
        const [problem] = await wrong({ env, file: await inToml(`file:$CREDENTIALS_DIRECTORY/${name}`) })
        assert.match(problem!, /^openai\.apiKey must name one credential/)
      }
    })
  })

  it('resolves secrets in tables and in lists of tables', async () => {
    const env = {
      K: 'key',
      MINER_OPENAI_ENDPOINTS: '[{"url": "http://a.test"}, {"url": "http://b.test", "apiKey": "env:K"}]',
      MINER_OPENAI_HEADERS: '{"authorization": "env:K"}',
    }
    const configuration = await read({ env })
    const { endpoints, headers } = valuesOf(configuration, openai)
    assert.deepEqual([endpoints[1]?.apiKey, headers.authorization], ['key', 'key'])
    assert.deepEqual(configuration.secretValues, ['key'])
  })

  it('names the variable or the file that has no secret', async () => {
    await inFolder(async folder => {
      await writeFile(join(folder, 'empty'), '\n')
      await writeFile(join(folder, 'big'), 'x'.repeat(65_537))
      const wrong = async (written: string) => {
        const [problem, ...more] = await problemsOf({ env: { MINER_OPENAI_API_KEY: written, EMPTY: '' } })
        assert.ok(problem)
        assert.deepEqual(more, [])
        assert.equal(problem.code, 'SECRET_UNREADABLE')
        return problemText(problem).replace(`${folder}/`, '').replace(folder, '.')
      }
      const origin = '(MINER_OPENAI_API_KEY)'
      const fromVariable = 'openai.apiKey refers to the variable'
      const fromFile = 'openai.apiKey refers to the file'
      assert.equal(await wrong('env:NONE'), `${fromVariable} NONE, which is not set ${origin}`)
      assert.equal(await wrong('env:EMPTY'), `${fromVariable} EMPTY, which is not set ${origin}`)
      assert.equal(await wrong('env:constructor'), `${fromVariable} constructor, which is not set ${origin}`)
      assert.equal(await wrong('env:'), `openai.apiKey must name a variable after "env:" ${origin}`)
      assert.equal(await wrong(`file:${folder}/none`), `${fromFile} none, which does not exist ${origin}`)
      assert.equal(await wrong(`file:${folder}/empty`), `${fromFile} empty, which is empty ${origin}`)
      assert.equal(await wrong(`file:${folder}/big`), `${fromFile} big, which is larger than 64 KiB ${origin}`)
      assert.equal(await wrong(`file:${folder}`), `${fromFile} ., which is a folder ${origin}`)
      assert.equal(
        await wrong(`file:${folder}/big/key`),
        `${fromFile} big/key, which has a parent that is not a folder ${origin}`,
      )
    })
  })

  it('refuses the placeholder of a secret', async () => {
    const complaint = 'openai.apiKey is ***, the placeholder of a secret (OPENAI_API_KEY)'
    assert.deepEqual(await complaints({ env: { OPENAI_API_KEY: '***' } }), [complaint])
    assert.deepEqual(await complaints({ env: { OPENAI_API_KEY: '***' }, secrets: 'leave' }), [complaint])
    assert.deepEqual(await complaints({ env: { OPENAI_API_KEY: 'env:STARS', STARS: '***' } }), [complaint])
    assert.deepEqual(await complaints({ env: { OPENAI_API_KEY: ' ***\n' } }), [complaint])
    assert.deepEqual(await complaints({ toml: '[[openai.endpoints]]\nurl = "http://a.test"\napiKey = "***"' }), [
      'openai.endpoints[0].apiKey is ***, the placeholder of a secret (config.toml: openai.endpoints)',
    ])
  })

  it('leaves references alone on request, so that they may be absent', async () => {
    const env = { OPENAI_API_KEY: 'env:NONE', MINER_OPENAI_HEADERS: '{"a": "file:none"}' }
    const { secretValues } = await read({ env, secrets: 'leave' })
    assert.deepEqual(secretValues, [])
    await assert.rejects(read({ env }))
  })

  it('warns of literal secrets in lists and tables of the file, each by its place', async () => {
    const toml = `
      [openai]
      apiKey = "sk-plain"
      [[openai.endpoints]]
      url = "http://one.test"
      apiKey = "env:KEY"
      [[openai.endpoints]]
      url = "http://two.test"
      apiKey = "sk-verysecret"`
    const env = { KEY: 'sk-hidden' }
    const { warnings } = await read({ toml, env })
    assert.deepEqual(
      warnings.map(({ code, path, message, hint }) => [code, path, message, hint]),
      [
        [
          'SECRET_EXPOSED',
          'openai.endpoints[1].apiKey',
          'openai.endpoints[1].apiKey is a secret written in the configuration file',
          'give env:NAME or file:PATH',
        ],
      ],
    )
    const inVariable = { MINER_OPENAI_ENDPOINTS: '[{"url": "http://one.test", "apiKey": "sk-verysecret"}]' }
    assert.deepEqual((await read({ env: inVariable })).warnings, [])
  })

  for (const [mode, others] of [
    [0o666, true],
    [0o644, true],
    [0o640, true],
    [0o600, false],
    [0o622, false],
  ] as const)
    it(`warns once of secrets in a file of mode ${mode.toString(8)}: ${others}`, async () => {
      const toml = '[openai]\napiKey = "sk-plain"\n[openai.headers]\na = "sk-more"\nb = "env:KEY"'
      const { warnings } = await inFolder(async folder => {
        const path = join(folder, 'config.toml')
        await writeFile(path, toml)
        await chmod(path, mode)
        return read({ file: await fileAt(path), env: { KEY: 'sk-hidden' } })
      })
      const shared = warnings.filter(({ hint }) => hint?.startsWith('chmod 600 '))
      assert.equal(shared.length, others ? 1 : 0)
      if (others)
        assert.match(
          shared[0]!.message,
          new RegExp(
            `^openai.apiKey, openai.headers.a are secrets in /.*config.toml, .* \\(mode ${mode.toString(8)}\\)$`,
          ),
        )
    })

  it('does not warn of a file without a secret, or of one that another layer overrides', async () => {
    for (const [toml, env] of [
      ['[openai]\napiKey = "env:KEY"\nmodel = "m"', { KEY: 'sk-hidden' }],
      ['[openai]\napiKey = "sk-plain"', { OPENAI_API_KEY: 'sk-other' }],
    ] as const)
      assert.deepEqual((await read({ toml, mode: 0o644, env })).warnings, [])
  })

  it('warns of a reference that it leaves and cannot read', async () => {
    const { warnings } = await read({ env: { OPENAI_API_KEY: 'env:MY_KEY' }, secrets: 'leave' })
    assert.deepEqual(
      warnings.map(({ code, message, hint }) => [code, message, hint]),
      [['SECRET_UNREADABLE', 'openai.apiKey refers to the variable MY_KEY, which is not set', 'export MY_KEY=…']],
    )
    const set = await read({ env: { OPENAI_API_KEY: 'env:MY_KEY', MY_KEY: 'x' }, secrets: 'leave' })
    assert.deepEqual(set.warnings, [])
    const file = await read({ env: { OPENAI_API_KEY: 'file:/nowhere/key' }, secrets: 'leave' })
    assert.match(file.warnings[0]!.message, /file \/nowhere\/key, which does not exist/)
  })

  it('warns of a password in a URL on the command line, or in a file that others read', async () => {
    const url = 'http://user:verysecret@one.test'
    const { warnings } = await read({ flags: [typed('openai.baseUrl', '--base-url', url)] })
    assert.deepEqual(
      warnings.map(({ code, message, hint }) => [code, message, hint]),
      [
        [
          'SECRET_EXPOSED',
          'openai.baseUrl has a password, and others on this machine can see the command line',
          'set MINER_OPENAI_BASE_URL',
        ],
      ],
    )
    const plain = [typed('openai.baseUrl', '--base-url', 'http://user@one.test')]
    assert.deepEqual((await read({ flags: plain })).warnings, [])
    const toml = `[openai]\nbaseUrl = "${url}"`
    const [shared, ...more] = (await read({ toml, mode: 0o644 })).warnings
    assert.deepEqual(more, [])
    assert.match(
      shared!.message,
      /^the password in openai.baseUrl is a secret in .*, which others on this machine can read/,
    )
    assert.match(shared!.hint!, /^chmod 600 [^,]*$/)
    assert.deepEqual((await read({ toml, mode: 0o600 })).warnings, [])
  })

  it('warns of a literal secret on the command line, and of nothing else', async () => {
    const { warnings } = await read({ flags: [typed('openai.apiKey', '--api-key', 'sk-verysecret')] })
    assert.deepEqual(warnings, [
      {
        code: 'SECRET_EXPOSED',
        path: 'openai.apiKey',
        message: 'openai.apiKey is a secret, and others on this machine can see the command line',
        origin: { from: 'flag', flag: '--api-key' },
        hint: 'set MINER_OPENAI_API_KEY, or give env:NAME or file:PATH',
      },
    ])
    const flags = [typed('openai.apiKey', '--api-key', 'env:OTHER')]
    assert.deepEqual((await read({ flags, env: { OTHER: 'x' } })).warnings, [])
    assert.deepEqual((await read({ env: { OPENAI_API_KEY: 'sk-verysecret' } })).warnings, [])
  })
})
