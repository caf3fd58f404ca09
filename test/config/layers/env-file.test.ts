import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readEnvFile } from '#dist/config/layers/env-file.js'
import { createLookup, lookUpSetting } from '#dist/config/look-up.js'
import { originText } from '#dist/config/origin.js'
import { problemText } from '#dist/config/problem.js'
import { openai } from '../example-sections.ts'
import { inFolder, problemsOf, read } from '../reading.ts'

const secret = 'sk-verysecret'

/** Reads a file of variables. */
async function envFile(text: string | Uint8Array, mode = 0o600) {
  return inFolder(async folder => {
    const path = join(folder, 'my.env')
    await writeFile(path, text)
    await chmod(path, mode)
    const file = await readEnvFile(path)
    const short = (words: string) => words.replaceAll(`${folder}/`, '')
    const wrong = 'problem' in file ? `${short(problemText(file.problem))}; ${short(file.problem.hint!)}` : undefined
    return { file, wrong }
  })
}

describe('a file of variables', () => {
  it('is a layer between the file and the environment', async () => {
    const { file } = await envFile('MINER_AXON_PORT=1\nexport MINER_NETUID="2" # two\nMINER_USE=env-file\n')
    const { values, origins } = await read({
      toml: 'use = "file"\nnetuid = 9\n[openai]\nmodel = "file"\n',
      envFile: file,
      env: { MINER_USE: 'environment', MINER_NETUID: '' },
    })
    assert.equal(values.use, 'environment')
    assert.equal(values.netuid, 2)
    assert.equal((values.axon as { port: number }).port, 1)
    assert.equal((values.openai as { model: string }).model, 'file')
    assert.match(originText(origins.get('axon.port')!), /\/my\.env: MINER_AXON_PORT$/)
    assert.deepEqual({ ...origins.get('netuid')! }, { from: 'envFile', file: file.path, variable: 'MINER_NETUID' })
  })

  it('gives what env: refers to, after the environment', async () => {
    const { file } = await envFile(`KEY=${secret}\nOTHER=b\n`)
    const toml = '[openai]\napiKey = "env:KEY"\nendpoints = [{ url = "http://a.test", apiKey = "env:OTHER" }]\n'
    const { values, secretValues } = await read({ toml, envFile: file, env: { OTHER: 'environment' } })
    const { apiKey, endpoints } = values.openai as { apiKey: string; endpoints: { apiKey: string }[] }
    assert.equal(apiKey, secret)
    assert.equal(endpoints[0]?.apiKey, 'environment')
    assert.ok(secretValues.includes(secret))
    const lookup = createLookup([openai], {
      argv: [],
      env: {},
      file: null,
      envFile: (await envFile('OPENAI_API_KEY=a')).file,
    })
    assert.equal((await lookUpSetting(lookup, 'openai.apiKey'))?.value, 'a')
  })

  it('has no effect by other names, and none on the environment of the process', async () => {
    const { file } = await envFile('MINER_AXON_PORT=1\nPATH=/nowhere\nHTTPS_PROXY=http://evil.test\nUNRELATED_NAME=1\n')
    const { warnings } = await read({ envFile: file })
    assert.deepEqual(warnings, [])
    assert.equal(process.env.MINER_AXON_PORT, undefined)
    assert.equal(process.env.UNRELATED_NAME, undefined)
    assert.notEqual(process.env.PATH, '/nowhere')
  })

  it('is checked as the environment is', async () => {
    const { file } = await envFile(`MINER_AXON_PROT=1\nMINER_AXON_PORT=${secret}\nMINER_OPENAI_TEMPERATURE=9\n`)
    const problems = await problemsOf({ envFile: file })
    assert.deepEqual(
      problems.map(problem => problemText(problem).replace(/\(\/\S*\/(\S+)/, '($1')),
      [
        'MINER_AXON_PROT is not a setting (my.env: MINER_AXON_PROT)',
        'openai.temperature must be between 0 and 2, not 9 (my.env: MINER_OPENAI_TEMPERATURE)',
        `axon.port must be a whole number, not "${secret}" (my.env: MINER_AXON_PORT)`,
      ],
    )
    assert.match(problems[1]?.hint ?? '', /MINER_OPENAI_TEMPERATURE/)
  })

  it('is refused when others may write it, and warned of when they may read it', async function () {
    if (process.platform === 'win32') this.skip()
    for (const mode of [0o620, 0o602, 0o666]) {
      const { wrong } = await envFile(`MINER_USE=${secret}`, mode)
      assert.equal(
        wrong,
        `the file of --env-file may be written by others on this machine (mode ${mode.toString(8)}) (my.env); chmod 600 my.env, or name another file`,
      )
    }
    for (const mode of [0o640, 0o604]) {
      const { file } = await envFile(`MINER_USE=${secret}`, mode)
      const { warnings } = await read({ envFile: file })
      assert.deepEqual(
        warnings.map(({ code, message }) => ({ code, message })),
        [
          {
            code: 'SECRET_EXPOSED',
            message: `the file of --env-file can be read by others on this machine (mode ${mode.toString(8)})`,
          },
        ],
      )
    }
  })

  it('is refused when it cannot be read, is too large, no text, or a pipe', async () => {
    assert.match((await envFile(new Uint8Array([0xff]))).wrong!, /is not UTF-8 text/)
    assert.equal('variables' in (await envFile(`A=${'x'.repeat(1_048_574)}`)).file, true)
    assert.match((await envFile(`A=${'x'.repeat(1_048_575)}`)).wrong!, /is larger than 1024 KiB/)
    const { file } = await envFile('x'.repeat(1_048_577))
    assert.equal('problem' in file && file.problem.hint, 'give --env-file a smaller file')
    const missing = await readEnvFile('/nowhere/my.env')
    assert.ok('problem' in missing)
    assert.equal(problemText(missing.problem), 'the file of --env-file does not exist (/nowhere/my.env)')
    const [problem] = await problemsOf({ envFile: missing, env: { MINER_USE: 'a' } })
    assert.equal(problem?.code, 'FILE_UNREADABLE')
    if (process.platform === 'win32') return
    await inFolder(async folder => {
      const path = join(folder, 'pipe')
      execFileSync('mkfifo', [path])
      const pipe = await readEnvFile(path)
      assert.ok('problem' in pipe)
      assert.match(pipe.problem.message, /is a pipe or a device, which Node reads first/)
    })
  })

  it('is refused with NODE_OPTIONS, which Node itself obeys', async () => {
    assert.match(
      (await envFile('NODE_OPTIONS=--require=/tmp/x.js\n')).wrong!,
      /^the file of --env-file sets NODE_OPTIONS/,
    )
  })
})
