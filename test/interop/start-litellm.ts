import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startServer } from '../support/child-process.ts'

/** LiteLLM's proxy. Its model `gpt-3.5-turbo` always says `answer`, to whoever has `key`. */
export type LiteLLM = AsyncDisposable & { readonly baseUrl: string; readonly key: string; readonly answer: string }

/** Starts it on a free port of loopback; takes about 6 s. */
export async function startLiteLLM(): Promise<LiteLLM> {
  const home = mkdtempSync(join(tmpdir(), 'miner-litellm-'))
  const removeHome = () => rmSync(home, { recursive: true, force: true })
  try {
    const server = await startServer(
      inRepository('.interop/litellm/bin/litellm'),
      ['--config', inRepository('test/interop/python/litellm.yaml'), '--host', '127.0.0.1', '--port', '0', ...quiet],
      {
        env: { HOME: home, PYTHONDONTWRITEBYTECODE: '1', ...offline },
        output: 'stderr',
        readyOf: line => /Uvicorn running on (http:\S+)/.exec(line)?.[1],
        timeoutMs: 55_000,
      },
    )
    return {
      baseUrl: `${server.ready}/v1`,
      key: 'sk-made-up',
      answer: 'mocked answer, naïve 😀',
      async [Symbol.asyncDispose]() {
        await server.stop()
        removeHome()
      },
    }
  } catch (error) {
    removeHome()
    throw error
  }
}

const quiet = ['--telemetry', 'False']
/** Or it loads a table of prices from the network when it starts. */
const offline = { LITELLM_LOCAL_MODEL_COST_MAP: 'True' }

function inRepository(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}
