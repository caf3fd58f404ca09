import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../support/child-process.ts'
import { startModelServer, whole } from '../support/model-server.ts'

const program = fileURLToPath(new URL('../support/embedding-program.ts', import.meta.url))
const trace = fileURLToPath(new URL('../support/trace-imports.ts', import.meta.url))

describe('a process that embeds a miner', () => {
  it('is left alone: the miner reads no file, arguments, environment or terminal, and the process ends by itself', async () => {
    await using model = await startModelServer(whole('answered'))
    const folder = mkdtempSync(join(tmpdir(), 'miner-embed-'))
    try {
      const traced = join(folder, 'trace')
      const malformed = 'use = "nobody"\n[axon\n'
      for (const place of ['.', 'config', '.config/bittensor-miner']) {
        mkdirSync(join(folder, place), { recursive: true })
        writeFileSync(join(folder, place, 'config.toml'), malformed)
      }
      const env = {
        HOME: folder,
        XDG_CONFIG_HOME: join(folder, '.config'),
        MINER_CONFIG_DIR: join(folder, 'config'),
        MINER_AXON_PORT: 'one',
        MINER_UNKNOWN: '1',
        MINER_USE: 'nobody',
        BT_AXON_PORT: '1',
        OPENAI_API_KEY: 'sk-of-somebody-else',
        OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
        OPENAI_ORG_ID: 'of-somebody-else',
        OPENAI_CUSTOM_HEADERS: 'x-other: 1',
        NODE_OPTIONS: `--import=${trace}`,
        TRACE: traced,
        MODEL_URL: model.url,
      }
      const args = [program, '--use', 'nobody', '--axon-port=one', '--unknown', 'serve']
      const { code, signal, stdout, stderr } = await run(process.execPath, args, { env, cwd: folder })
      assert.deepEqual([code, signal, stderr], [0, null, ''], stdout)
      assert.deepEqual(JSON.parse(stdout), { answer: 'answered', status: 200, reads: [], added: [], after: [] })
      for (const { headers } of model.requests)
        assert.deepEqual(
          [headers.authorization, headers['openai-organization'], headers['x-other']],
          [undefined, undefined, undefined],
        )

      const loaded = readFileSync(traced, 'utf8')
      for (const name of ['tsyringe', 'openai', 'fastify'])
        assert.ok(loaded.includes(`/node_modules/${name}/`), `${name} is not loaded`)
      for (const name of ['@oclif', 'smol-toml', 'pino-pretty', 'libsodium-wrappers-sumo'])
        assert.equal(loaded.includes(`/node_modules/${name}/`), false, `${name} is loaded`)
      for (const name of ['cli', 'commands', 'testing'])
        assert.equal(loaded.includes(`/dist/${name}/`), false, `dist/${name} is loaded`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
