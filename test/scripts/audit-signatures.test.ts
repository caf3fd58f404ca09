import assert from 'node:assert/strict'
import { createHash, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from '../support/child-process.ts'

const script = fileURLToPath(new URL('../../scripts/audit-signatures.js', import.meta.url))
const keysOfRegistry = new URL('keys-of-registry.ts', import.meta.url).href

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const integrity = `sha512-${createHash('sha512').update('an archive').digest('base64')}`

describe('scripts/audit-signatures.js', function () {
  this.timeout(60_000) // npm starts, and tries a dead host three times

  it('passes when every signature holds', async () => {
    const { code, stdout } = await audit({ signatures: [signature(key.privateKey)], keys: [published(key.publicKey)] })
    assert.match(stdout, /^1 package has a verified registry signature$/m)
    assert.equal(code, 0)
  })

  it('fails when a signature was made with another key', async () => {
    const { code, stdout } = await audit({
      signatures: [signature(other.privateKey)],
      keys: [published(key.publicKey)],
    })
    assert.match(stdout, /^1 package has an invalid registry signature:\n\none@1\.0\.0 /m)
    assert.equal(code, 1)
  })

  it('fails when a registry that has keys gives no signature', async () => {
    const { code, stdout } = await audit({ keys: [published(key.publicKey)] })
    assert.match(stdout, /^1 package has a missing registry signature.*\n\none@1\.0\.0 /m)
    assert.equal(code, 1)
  })

  it('fails when a signature names a key that the registry does not have', async () => {
    const { code, stderr } = await audit({
      signatures: [{ ...signature(key.privateKey), keyid: 'another' }],
      keys: [published(key.publicKey)],
    })
    assert.match(stderr, /^npm error code EMISSINGSIGNATUREKEY$/m)
    assert.equal(code, 1)
  })

  for (const [what, packument] of Object.entries({
    'passes signatures on': { signatures: [signature(key.privateKey)] },
    'drops signatures': {},
  }))
    it(`checks nothing at a mirror that has no keys and ${what}`, async () => {
      const { code, stdout } = await audit(packument)
      assert.equal(stdout, 'Signatures were not checked: the registry answers 404 when it is asked for its keys.\n')
      assert.equal(code, 77)
    })

  it('checks nothing when the server of signing keys cannot be reached', async () => {
    const { code, stdout } = await auditBehind('http://127.0.0.1:9')
    assert.match(stdout, /^Signatures were not checked: \S+ cannot be reached \(ECONNREFUSED\)\.\n$/)
    assert.equal(code, 77)
  })

  it('checks nothing when a proxy lets nobody ask the server of signing keys', async () => {
    const proxy = createServer().on('connect', (_, socket) => {
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')
    })
    await using at = await listening(proxy)
    const { code, stdout } = await auditBehind(at.url)
    assert.equal(stdout, 'Signatures were not checked: the server of signing keys does not give them.\n')
    assert.equal(code, 77)
  })
})

type Published = { readonly signatures?: readonly object[]; readonly keys?: readonly object[] }

/** Runs the script where one package is installed, from a registry that publishes it so. Without `keys` it has none. */
async function audit({ signatures, keys }: Published) {
  const dist = { tarball: 'http://127.0.0.1:9/one.tgz', integrity, signatures }
  const documents: Record<string, object | undefined> = {
    '/one': { name: 'one', versions: { '1.0.0': { name: 'one', version: '1.0.0', dist } } },
    '/-/npm/v1/keys': keys && { keys },
  }
  const registry = createServer(({ url = '' }, response) => {
    const document = documents[url]
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(document ?? {}))
  })
  await using at = await listening(registry)
  return await auditWith({ npm_config_registry: at.url, NODE_OPTIONS: `--import ${keysOfRegistry}` })
}

/** Runs the script where npm reaches the server of signing keys, the real one, through a proxy only. */
async function auditBehind(proxy: string) {
  return await auditWith({
    npm_config_https_proxy: proxy,
    HTTPS_PROXY: proxy,
    npm_config_registry: 'http://127.0.0.1:9',
  })
}

async function auditWith(env: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'miner-signatures-'))
  const installed = join(folder, 'node_modules/one')
  mkdirSync(installed, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ dependencies: { one: '1.0.0' } }))
  writeFileSync(join(installed, 'package.json'), JSON.stringify({ name: 'one', version: '1.0.0' }))
  try {
    return await run(process.execPath, [script, folder], {
      env: { npm_config_cache: join(folder, 'cache'), npm_config_userconfig: join(folder, 'npmrc'), ...env },
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function published(publicKey: KeyObject): object {
  const der = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
  return { keyid: 'ours', keytype: 'ecdsa-sha2-nistp256', scheme: 'ecdsa-sha2-nistp256', key: der, expires: null }
}

function signature(privateKey: KeyObject): object {
  return { keyid: 'ours', sig: createSign('SHA256').update(`one@1.0.0:${integrity}`).sign(privateKey, 'base64') }
}

async function listening(server: Server) {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
