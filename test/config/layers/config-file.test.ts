import assert from 'node:assert/strict'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readConfigFile, readTomlFile } from '#dist/config/layers/config-file.js'
import { problemText } from '#dist/config/problem.js'
import { inFolder, problemsOf } from '../reading.ts'

/** What is wrong with a file of this content and name, as an operator reads it. */
async function wrongWith(content: string | Uint8Array, name = 'config.toml'): Promise<string> {
  return inFolder(async folder => {
    await writeFile(join(folder, name), content)
    return wrongWithPath(join(folder, name), folder)
  })
}

async function wrongWithPath(path: string, folder: string): Promise<string> {
  const read = await readConfigFile({ path, explicit: true })
  assert.ok(read && 'problem' in read, 'nothing is wrong with it')
  return problemText(read.problem).replace(`${folder}/`, '')
}

describe('readConfigFile', () => {
  it('reads TOML, with a byte order mark or without', async () => {
    await inFolder(async folder => {
      const path = join(folder, 'config.toml')
      await writeFile(path, '\ufeffuse = "echo"')
      const read = await readConfigFile({ path, explicit: true })
      assert.ok(read && 'table' in read)
      assert.deepEqual({ ...read.table }, { use: 'echo' })
    })
  })

  it('requires a file only when the operator named it', async () => {
    await inFolder(async folder => {
      const path = join(folder, 'none.toml')
      assert.equal(await readConfigFile({ path, explicit: false }), undefined)
      assert.equal(await wrongWithPath(path, folder), 'the configuration file does not exist (none.toml)')
    })
  })

  it('reports a file that exists and cannot be read, named or not', async () => {
    await inFolder(async folder => {
      await mkdir(join(folder, 'a.toml'))
      await writeFile(join(folder, 'file'), '')
      await symlink('loop.toml', join(folder, 'loop.toml'))
      assert.equal(await wrongWithPath(join(folder, 'a.toml'), folder), 'the configuration file is a folder (a.toml)')
      const under = await readConfigFile({ path: join(folder, 'file', 'b.toml'), explicit: false })
      assert.ok(under && 'problem' in under)
      assert.equal(under.problem.message, 'the configuration file has a parent that is not a folder')
      assert.match(await wrongWithPath(join(folder, 'loop.toml'), folder), /cannot be read: ELOOP/)
      assert.match(await wrongWithPath(`${folder}/nul\0.toml`, folder), /cannot be read: \w+ \(nul\\u0000\.toml\)/)
    })
  })

  it('names line and column of malformed TOML, and does not show the line', async () => {
    const text = await wrongWith('[openai]\napiKey = "sk-verysecret\n')
    assert.match(text, /^the configuration file is not valid TOML: .* \(config.toml: line 2, column \d+\)$/)
    assert.doesNotMatch(text, /verysecret/)
  })

  it('refuses a key that occurs twice', async () => {
    const twice =
      /not valid TOML: trying to redefine an already defined table or value \(config.toml: line 2, column 1\)/
    assert.match(await wrongWith('use = "a"\nuse = "b"'), twice)
  })

  it('refuses bytes that are not UTF-8', async () => {
    const text = await wrongWith(Buffer.from([0x75, 0x3d, 0x22, 0xff, 0xfe, 0x22]))
    assert.equal(text, 'the configuration file is not UTF-8 text (config.toml)')
  })

  it('refuses more than 1 MiB, and reads that much', async () => {
    const comment = `#${'x'.repeat(1_048_575)}`
    assert.equal(await wrongWith(`${comment}x`), 'the configuration file is larger than 1024 KiB (config.toml)')
    await assert.rejects(wrongWith(comment), /nothing is wrong/)
  })

  it('refuses lists that are nested too deep', async () => {
    assert.match(await wrongWith(`x = ${'['.repeat(100_000)}`), /not valid TOML: .*nested/)
  })

  it('reads YAML by the name of the file, but not for a dialect', async () => {
    await inFolder(async folder => {
      const path = join(folder, 'dialect.yml')
      await writeFile(path, 'name: x')
      assert.ok('table' in (await readConfigFile({ path, explicit: true }))!)
      const read = await readTomlFile({ path, explicit: true }, { noun: 'the dialect file', flag: '--dialect-file' })
      assert.ok(read && 'problem' in read)
      assert.equal(read.problem.message, 'the dialect file is YAML')
      assert.equal(read.problem.hint, 'write it as TOML')
    })
  })

  it('says how to name a file that looks like YAML', async () => {
    const hintOf = async (toml: string) => (await problemsOf({ toml }))[0]?.hint
    const mended = 'fix that line: key = value, text in quotes, each key and table once'
    const named = `name it .yaml if it is YAML, or ${mended}`
    assert.equal(await hintOf('axon.port: 9000\n'), named)
    assert.equal(await hintOf('# mine\nwallet:\n  name: x\n'), named)
    assert.equal(await hintOf('use = x: y\n'), mended)
    assert.equal(await hintOf('[axon\n'), mended)
  })

  it('adds its problem to those of the whole configuration', async () => {
    const [problem] = await problemsOf({ toml: 'use = ' })
    assert.equal(problem?.code, 'FILE_MALFORMED')
    assert.equal(problem?.origin?.from === 'file' && problem.origin.line, 1)
  })
})
