import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Finding } from '#dist/doctor/check.js'
import { checkDataFolder } from '#dist/doctor/machine/data-folder.js'

const isRoot = process.getuid?.() === 0

describe('the check of the data folder', () => {
  let root: string
  let folder: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'doctor-data-'))
    folder = join(root, 'data')
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const roomy = async () => ({ bsize: 4096, bavail: 2 ** 22, files: 100, ffree: 50 })
  const check = (more: Partial<Parameters<typeof checkDataFolder>[1]> = {}) =>
    checkDataFolder(folder, { nonces: 1_000_000, roomOf: roomy, ...more })

  it('is content with a folder that there is not yet, if its parent can be written', async () => {
    assert.deepEqual(await check(), [
      { verdict: 'ok', message: `16 GiB are free in ${root}`, how: `access, owner, mode and statfs of ${root}` },
    ])
  })

  it('warns of a folder that others may write', async () => {
    mkdirSync(folder)
    chmodSync(folder, 0o777)
    const [found] = await check()
    assert.deepEqual([found!.verdict, found!.code, found!.hint], ['warning', 'FOLDER_FOREIGN', `chmod 700 ${folder}`])
  })

  it('warns of a folder of another user', async function () {
    if (!isRoot) this.skip() // only root may give a folder away
    mkdirSync(folder, { mode: 0o700 })
    chownSync(folder, 65_534, 65_534)
    const [found] = await check()
    assert.deepEqual([found!.verdict, found!.code], ['warning', 'FOLDER_FOREIGN'])
    assert.match(found!.hint!, /^sudo chown -R "\$USER" /)
  })

  it('warns of a file in it that a run with sudo left', async function () {
    if (!isRoot) this.skip() // only root may give a file away
    mkdirSync(folder, { mode: 0o700 })
    writeFileSync(join(folder, 'nonces-1.0'), '')
    chownSync(join(folder, 'nonces-1.0'), 65_534, 65_534)
    const [found] = await check()
    assert.deepEqual([found!.verdict, found!.code], ['warning', 'FOLDER_FOREIGN'])
    assert.match(found!.message, /^nonces-1\.0 in .* belongs to another user/)
  })

  it('finds a folder that this user may not write', async function () {
    if (isRoot) this.skip() // root may write any
    mkdirSync(folder)
    chmodSync(folder, 0o500)
    assert.equal((await check())[0]!.code, 'FOLDER_UNWRITABLE')
  })

  it('finds a file in the place of the folder', async () => {
    writeFileSync(folder, '')
    const [found] = await check()
    assert.deepEqual([found!.verdict, found!.code], ['fault', 'FOLDER_UNWRITABLE'])
  })

  it('tells what the room of the disk suffices for, as statfs has it', async () => {
    const codeFor = async (bavail: number, ffree = 50) =>
      (await check({ roomOf: async () => ({ bsize: 4096, bavail, files: 100, ffree }) })).map(({ code }) => code)
    assert.deepEqual(await codeFor(2 ** 20), [undefined])
    assert.deepEqual(await codeFor(2 ** 16), ['DISK_SMALL'])
    assert.deepEqual(await codeFor(2 ** 12), ['DISK_NO_ROOM'])
    assert.deepEqual(await codeFor(2 ** 20, 0), ['DISK_NO_INODES'])
  })

  it('counts what the request log and log files may still take', async () => {
    const roomOf = async () => ({ bsize: 4096, bavail: 2 ** 20, files: 100, ffree: 50 })
    assert.deepEqual((await check({ roomOf, grows: 1024 ** 3 }))[0]!.verdict, 'ok')
    const [found] = await check({ roomOf, grows: 4 * 1024 ** 3 })
    assert.equal(found!.code, 'DISK_SMALL')
    assert.match(found!.message, /^4 GiB are free in .*, and the miner itself may need 4\.\d GiB of it$/)
  })

  it('checks the folders in it that the miner writes, too', async () => {
    mkdirSync(join(folder, 'chain'), { recursive: true })
    assert.equal((await check({ parts: ['chain', 'absent'] }))[0]!.verdict, 'ok')
    chmodSync(join(folder, 'chain'), 0o777)
    assert.deepEqual(
      (await check({ parts: ['chain', 'absent'] })).map(({ code, hint }) => [code, hint]),
      [['FOLDER_FOREIGN', `chmod 700 ${join(folder, 'chain')}`]],
    )
    chmodSync(folder, 0o777)
    assert.equal((await check({ parts: ['chain'] })).length, 2)
  })

  /** Runs the check in a mount namespace of its own, where the folder is a file system of some sort. */
  const inMount = (options: string): readonly Finding[] | null => {
    mkdirSync(folder, { mode: 0o700 })
    const module = fileURLToPath(import.meta.resolve('#dist/doctor/machine/data-folder.js'))
    const code = `import { checkDataFolder } from ${JSON.stringify(module)}
      console.log(JSON.stringify(await checkDataFolder(process.argv[1], { nonces: 1000 })))`
    const script = `mount -t tmpfs -o ${options} tmpfs "$0" || exit 77; exec "$1" --input-type=module -e "$2" "$0"`
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['-rm', 'bash', '-c', script, folder, process.execPath, code],
      {
        encoding: 'utf8',
      },
    )
    if (status === 77 || status === null || /unshare/.test(stderr)) return null
    assert.equal(status, 0, stderr)
    return JSON.parse(stdout)
  }

  for (const [what, options, verdict, code] of [
    ['is full', 'size=1m,mode=700', 'fault', 'DISK_NO_ROOM'],
    ['is small', 'size=50m,mode=700', 'warning', 'DISK_SMALL'],
    ['has no inode left', 'size=900m,nr_inodes=1,mode=700', 'fault', 'DISK_NO_INODES'],
    ['is mounted read-only', 'ro,size=900m,mode=700', 'fault', 'FOLDER_UNWRITABLE'],
  ] as const)
    it(`finds a disk that ${what}`, function () {
      const found = inMount(options)
      if (found === null) return this.skip() // this machine lets no user mount
      assert.deepEqual(
        found.map(({ verdict, code }) => [verdict, code]),
        [[verdict, code]],
      )
    })
})
