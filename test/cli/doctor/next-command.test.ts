import assert from 'node:assert/strict'
import { doctorHome, runDoctor } from '../../support/run-doctor.ts'

describe('the commands in the hints of the doctor', () => {
  let place: ReturnType<typeof doctorHome>
  beforeEach(() => {
    place = doctorHome()
  })
  afterEach(() => place[Symbol.dispose]())
  const hintOf = async (check: string, ...args: string[]) => {
    const { of } = await runDoctor(['--only', check, ...args], { env: { MINER_DATA_DIR: place.env.MINER_DATA_DIR } })
    return of(check)[0]!.hint
  }

  it('keep the flags that were given, with units, lists and switches', async () => {
    const args = [
      '--dev',
      '--use',
      'echo',
      '--max-timeout',
      '2500ms',
      '--no-probe',
      '--trusted-proxy',
      '10.0.0.1',
      '10.0.0.2',
    ]
    assert.equal(
      await hintOf('speed', ...args),
      'miner doctor --ask --dev --use echo --max-timeout 2500ms --no-probe --trusted-proxy 10.0.0.1 --trusted-proxy 10.0.0.2',
    )
  })

  it('leave out a secret, and name its variable', async () => {
    const [ask, ...args] = ['miner doctor --ask', '--dev', '--use', 'openai', '--model', 'm', '--api-key']
    assert.equal(
      await hintOf('speed', ...args, 'sk-typed-0123456789'),
      `${ask} --dev --use openai --model m # with MINER_OPENAI_API_KEY set`,
    )
  })

  it('leave out what the command does not take', async () => {
    const hint = await hintOf('serving', '--dev', '--use', 'echo', '--tao-usd', '300')
    assert.equal(hint, 'miner serve --admin-port 9091 --dev --use echo')
  })

  it('leave out what may be secret of a URL, and quote what a shell would split', async () => {
    const args = ['--dev', '--base-url', 'http://127.0.0.1:9/v1?key=secret1', '--model', 'my model']
    const hint = await hintOf('speed', ...args)
    assert.equal(hint, "miner doctor --ask --dev --model 'my model' --base-url http://127.0.0.1:9/v1")
  })
})
