import assert from 'node:assert/strict'
import { ConfigFolder } from '../../support/config-folder.ts'
import { hasTerminal, onTerminal } from '../../support/terminal.ts'

const file = '# mine\n[axon]\nport = 9000 # behind the router\n'

/** An editor that runs a script of sed. */
const sed = (script: string) => ({ VISUAL: '', EDITOR: `sed -i ${script}` })

describe('miner config edit', () => {
  it('puts what was edited in the place of the file', async () => {
    using at = new ConfigFolder(file, 0o640)
    const { code, stdout, stderr } = await at.config(['edit'], { env: sed('s/9000/9001/') })
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' })
    assert.equal(at.text, file.replace('9000', '9001'))
    assert.equal(at.mode, 0o640)
    assert.deepEqual(at.names, ['config.toml'])
  })

  it('prefers VISUAL, and says whether the file changed', async () => {
    using at = new ConfigFolder(file)
    const env = { VISUAL: 'true', EDITOR: 'false' }
    assert.deepEqual(JSON.parse((await at.config(['edit', '--json'], { env })).stdout), {
      file: '@/config.toml',
      changed: false,
    })
  })

  it('keeps what cannot be used beside the file', async () => {
    using at = new ConfigFolder(file)
    for (const [script, wrong] of [
      ['s/9000/x/', /not valid TOML: .* \(@\/config\.toml\.\w+\.edit\.toml: line 3, column \d+\)/],
      ['s/9000/99999/', /axon.port must be between 0 and 65535, .*\(@\/config\.toml\.\w+\.edit\.toml: axon.port\)/],
      ['s/port/prt/', /axon.prt is not a setting \(@\/config\.toml\.\w+\.edit\.toml: axon.prt\)/],
      [`'1iuse="nope"'`, /there is no miner "nope" \(@\/config\.toml\.\w+\.edit\.toml: use\)/],
    ] as const) {
      const { code, stderr } = await at.config(['edit'], { env: sed(script) })
      assert.equal(code, 2)
      assert.match(stderr, wrong)
      assert.match(
        stderr,
        /note: what you edited is in @\/config\.toml\.\w+\.edit\.toml; @\/config\.toml is left as it is\n/,
      )
      assert.equal(at.text, file)
    }
    assert.equal(at.names.length, 5)
  })

  it('leaves the file when the editor fails', async () => {
    using at = new ConfigFolder(file)
    const { code, stderr } = await at.config(['edit'], { env: { VISUAL: '', EDITOR: 'no-such-editor' } })
    assert.equal(code, 1)
    assert.match(stderr, /error: the editor failed, and nothing is changed: it ended with code 127\n/)
    assert.deepEqual(at.names, ['config.toml'])
  })

  it('starts vi on a terminal only, and leaves no copy', async () => {
    using at = new ConfigFolder(file)
    const { code, stderr } = await at.config(['edit'], { env: { VISUAL: '', EDITOR: '' } })
    assert.deepEqual([code, stderr], [2, 'error: vi needs a terminal\n  try: set EDITOR, or use miner config set\n'])
    assert.deepEqual(at.names, ['config.toml'])
  })

  it('does not speak of a copy that the editor removed', async () => {
    using at = new ConfigFolder(file)
    const { code, stderr } = await at.config(['edit'], { env: { VISUAL: '', EDITOR: 'rm' } })
    assert.equal(code, 2)
    assert.match(stderr, /^error: the configuration file does not exist/)
    assert.equal(at.text, file)
  })

  it('leaves a file that another program changed meanwhile', async () => {
    using at = new ConfigFolder(file)
    // Changes the copy, and the file itself.
    const EDITOR = 'f() { echo "# edited" >> "$1"; echo "# other" >> "$FILE"; }; f'
    const { code, stderr } = await at.config(['edit'], { env: { VISUAL: '', EDITOR, FILE: at.file } })
    assert.equal(code, 1)
    assert.match(stderr, /@\/config.toml was changed by another program in the meantime, and is left as it is/)
    assert.equal(at.text, `${file}# other\n`)
    assert.equal(at.names.length, 2)
  })

  it('creates a file that only this user can read', async () => {
    using at = new ConfigFolder()
    const EDITOR = 'f() { echo "netuid = 2" > "$1"; }; f'
    assert.equal((await at.config(['edit'], { env: { VISUAL: '', EDITOR } })).code, 0)
    assert.equal(at.text, 'netuid = 2\n')
    assert.equal(at.mode, 0o600)
  })

  it('offers on a terminal to edit a mistake again', async function () {
    if (!hasTerminal()) this.skip()
    using at = new ConfigFolder(file)
    // The first run of the editor makes a mistake, the second one mends it.
    const env = { ...at.env, ...sed("'s/= x/= 9002/;t;s/9000/x/'") }
    await using again = onTerminal(['config', 'edit'], { env })
    await again.says('edit it again? [Y/n] ')
    again.child.stdin.write('\r')
    assert.equal((await again.ended).code, 0)
    assert.match(at.text, /port = 9002 # behind/)

    at.write(file)
    await using given = onTerminal(['config', 'edit'], { env: { ...at.env, ...sed('s/9000/x/') } })
    await given.says('edit it again? [Y/n] ')
    given.child.stdin.write('n\r')
    const { code: refused, stdout } = await given.ended
    assert.equal(refused, 2)
    assert.match(stdout, /what you edited is in/)
    assert.equal(at.text, file)
  })
})
