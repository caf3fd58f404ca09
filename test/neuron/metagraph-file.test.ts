import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadMetagraph, type MetagraphPlace, metagraphPath, saveMetagraph } from '#dist/neuron/disk/metagraph-file.js'
import { genesisOf, metagraphOf } from '../support/metagraph.ts'

const HOUR = 3_600_000

describe('the last metagraph on disk', () => {
  const root = mkdtempSync(join(tmpdir(), 'miner-metagraph-'))
  let place: MetagraphPlace
  let path: string
  const kept = metagraphOf(256)
  const soon = { maxAgeMs: 24 * HOUR, now: kept.readAt + HOUR }
  const refusedFor = async (reason: RegExp, how = soon, where = place) => {
    const last = await loadMetagraph(where, how)
    assert.ok(last && 'refused' in last, JSON.stringify(last)?.slice(0, 100))
    assert.match(last.refused, reason)
  }

  beforeEach(async () => {
    const folder = join(mkdtempSync(join(root, 'data-')), 'not', 'there', 'chain')
    place = { folder, network: 'finney', genesis: genesisOf('a'), netuid: 33 }
    path = metagraphPath(place)
    await saveMetagraph(place, kept)
  })
  after(() => rmSync(root, { recursive: true, force: true }))

  it('comes back as it was, every amount and null', async () => {
    assert.deepEqual(await loadMetagraph(place, soon), { metagraph: kept })
  })

  it('is for this user only, in a folder for this user only', () => {
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(statSync(place.folder).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(place.folder), ['metagraph-finney-33.json'])
  })

  it('is replaced whole, and closes a folder that was open', async () => {
    chmodSync(place.folder, 0o755)
    const next = metagraphOf(3, { readAt: kept.readAt + 1 })
    await saveMetagraph(place, next)
    assert.deepEqual(await loadMetagraph(place, soon), { metagraph: next })
    assert.equal(statSync(place.folder).mode & 0o777, 0o700)
  })

  it('is absent at the first start', async () => {
    assert.equal(await loadMetagraph({ ...place, netuid: 34 }, soon), null)
    assert.equal(await loadMetagraph({ ...place, folder: join(root, 'nothing') }, soon), null)
  })

  it('has a file for each network and subnet, and keeps a URL out of both', async () => {
    const url = { ...place, network: 'wss://user:hush@node.example/KEY', genesis: undefined }
    await saveMetagraph(url, metagraphOf(2, { genesis: genesisOf('b') }))
    assert.ok('metagraph' in (await loadMetagraph(url, soon))!)
    assert.doesNotMatch(metagraphPath(url) + readFileSync(metagraphPath(url), 'utf8'), /hush|KEY|node\.example/)
    assert.deepEqual(await loadMetagraph(place, soon), { metagraph: kept })
  })

  it('is refused when one bit of it changed', async () => {
    const bytes = readFileSync(path)
    for (let at = 0; at < bytes.length; at += 997) {
      const changed = Buffer.from(bytes)
      changed[at]! ^= 1
      writeFileSync(path, changed)
      await refusedFor(/is damaged|format/)
    }
  })

  it('is refused when it is cut, at any place', async () => {
    const { size } = statSync(path)
    for (const length of [0, 1, 40, 90, 200, size >> 1, size - 3]) {
      truncateSync(path, size)
      await saveMetagraph(place, kept)
      truncateSync(path, length)
      await refusedFor(/is damaged/)
    }
  })

  it('is refused when it is no metagraph at all', async () => {
    for (const text of ['\0'.repeat(5000), '{}\n{}\n', 'null\nnull', '[]', '{"format":1}', '\n\n\n']) {
      writeFileSync(path, text)
      await refusedFor(/is damaged|format/)
    }
  })

  it('is refused when it is of another version, subnet or chain', async () => {
    writeFileSync(path, readFileSync(path, 'utf8').replace('"format":1', '"format":2'))
    await refusedFor(/format 2 of another version/)
    await saveMetagraph({ ...place, netuid: 33 }, { ...kept, subnet: { ...kept.subnet, netuid: 34 } })
    await refusedFor(/is of subnet 34/)
    await saveMetagraph(place, { ...kept, genesis: genesisOf('b') })
    await refusedFor(/of another chain, with the genesis 0xbbbbbbbb…/)
    const test = { ...place, network: 'test', genesis: undefined }
    writeFileSync(metagraphPath(test), readFileSync(path), { mode: 0o600 })
    await refusedFor(/of another chain/, soon, test)
  })

  it('is refused when it is too old, or from the future', async () => {
    assert.ok('metagraph' in (await loadMetagraph(place, { maxAgeMs: HOUR, now: kept.readAt + HOUR }))!)
    assert.ok('metagraph' in (await loadMetagraph(place, { maxAgeMs: HOUR, now: kept.readAt }))!)
    await refusedFor(/too old: it was read 90 min ago, and counts for 60 min/, {
      maxAgeMs: HOUR,
      now: kept.readAt + 1.5 * HOUR,
    })
    await refusedFor(/from the future/, { maxAgeMs: HOUR, now: kept.readAt - 1 })
  })

  it('is refused when others could have written it', async function () {
    if (process.getuid === undefined) this.skip()
    chmodSync(path, 0o620)
    await refusedFor(/may be written by others \(mode 620\)/)
    chmodSync(path, 0o600)
    chmodSync(place.folder, 0o777)
    await refusedFor(/is in a folder that may be written by others/)
    chmodSync(place.folder, 0o700)
    assert.ok('metagraph' in (await loadMetagraph(place, soon))!)
  })

  it('is refused when it is a link, a folder or a pipe', async () => {
    const other = join(place.folder, 'other.json')
    writeFileSync(other, readFileSync(path), { mode: 0o600 })
    rmSync(path)
    symlinkSync(other, path)
    await refusedFor(/is a symbolic link/)
    rmSync(path)
    mkdirSync(path)
    await refusedFor(/is not a regular file/)
  })

  it('is refused when it is huge, and not read', async () => {
    truncateSync(path, 3 * 1024 ** 3)
    await refusedFor(/is larger than 8192 KiB/)
  })

  it('stays as it was when a new one cannot be written', async () => {
    // A folder in place of the file lets the rename fail, after the new text was written.
    const taken = { ...place, netuid: 9 }
    mkdirSync(join(metagraphPath(taken), 'x'), { recursive: true })
    await assert.rejects(saveMetagraph(taken, kept), { code: /EISDIR|ENOTEMPTY|EEXIST/ })
    assert.deepEqual(readdirSync(place.folder).sort(), ['metagraph-finney-33.json', 'metagraph-finney-9.json'])
    assert.deepEqual(await loadMetagraph(place, soon), { metagraph: kept })
    await assert.rejects(saveMetagraph({ ...place, folder: join(path, 'chain') }, kept), { code: 'ENOTDIR' })
    await assert.rejects(saveMetagraph({ ...place, folder: '/proc/1/x' }, kept))
  })

  it('stays as it was when the disk is full half-way', async () => {
    const script = `
      const [{ saveMetagraph }, { metagraphOf }] = await Promise.all([
        import('#dist/neuron/disk/metagraph-file.js'), import('./test/support/metagraph.ts')])
      await saveMetagraph(${JSON.stringify(place)}, metagraphOf(4096)).catch(error => console.log(error.code))`
    // A limit on the size of a file cuts a write as a full disk does.
    const node = `ulimit -f 64; exec "${process.execPath}" --input-type=module -e "$SCRIPT"`
    const { stdout, stderr } = spawnSync('bash', ['-c', node], {
      env: { ...process.env, SCRIPT: script },
      encoding: 'utf8',
    })
    assert.equal(stdout, 'EFBIG\n', stderr)
    assert.deepEqual(readdirSync(place.folder), ['metagraph-finney-33.json'])
    assert.deepEqual(await loadMetagraph(place, soon), { metagraph: kept })
  })

  it('is cleaned of what a killed process left beside it', async () => {
    const old = `${path}.0123.new`
    const young = `${path}.4567.new`
    for (const file of [old, young]) writeFileSync(file, '')
    utimesSync(old, 1, 1)
    await saveMetagraph(place, kept)
    assert.deepEqual([existsSync(old), existsSync(young)], [false, true])
  })

  it('survives writers at the same time', async () => {
    const others = [2, 3, 4, 5].map(size => metagraphOf(size))
    await Promise.all(others.map(one => saveMetagraph(place, one)))
    const last = await loadMetagraph(place, soon)
    assert.ok(last && 'metagraph' in last && others.some(one => one.neurons.length === last.metagraph.neurons.length))
  })
})
