import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkLogFile } from '#dist/doctor/machine/log-file.js'

const isRoot = process.getuid?.() === 0
const another = { pid: 4711, text: 'miner serve, process 4711 on here' }

describe('the check of the log file', () => {
  let root: string
  let path: string
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'doctor-log-')))
    path = join(root, 'miner.log')
    room = ample
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const files: string[] = []
  const ample = { bsize: 4096, bavail: 1024, files: 100, ffree: 50 }
  let room = ample
  const growth = 4096 * 512
  async function brief(at = path, writer: typeof another | null = null, running: { pid: number } | null = null) {
    const writerOf = async (file: string) => {
      files.push(file)
      return writer
    }
    const found = await checkLogFile(at, { writerOf, running, growthOf: async () => growth, roomOf: async () => room })
    return found.map(({ verdict, code = '', hint = '' }) => `${verdict} ${code} ${hint}`.trim())
  }

  it('is content with one that can be written or made, and makes none', async () => {
    assert.deepEqual(await brief(), ['ok'])
    assert.deepEqual(readdirSync(root), [])
    writeFileSync(path, '')
    assert.deepEqual(await brief(), ['ok'])
  })

  it('finds that its folder is missing, or is none', async () => {
    assert.deepEqual(await brief(join(root, 'gone/miner.log')), [
      `fault LOG_FILE_UNWRITABLE mkdir -p ${join(root, 'gone')}`,
    ])
    writeFileSync(path, '')
    const [found] = await brief(join(path, 'miner.log'))
    assert.match(found!, /^fault LOG_FILE_UNWRITABLE name another file/)
  })

  it('finds that the file is a folder', async () => {
    mkdirSync(path)
    assert.match((await brief())[0]!, /^fault LOG_FILE_UNWRITABLE /)
  })

  it('finds a folder and a file that this user may not write', async function () {
    if (isRoot) this.skip() // root may write any
    writeFileSync(path, '', { mode: 0o400 })
    assert.match((await brief())[0]!, /^fault LOG_FILE_UNWRITABLE sudo chown "\$USER" .*miner\.log, or /)
    chmodSync(root, 0o500)
    assert.match((await brief())[0]!, /^fault LOG_FILE_UNWRITABLE sudo chown "\$USER" .*doctor-log-\w+, or /)
    chmodSync(root, 0o700)
  })

  it('finds a folder of a file system that nothing can be written to', async function () {
    if (process.platform !== 'linux') this.skip()
    assert.match((await brief('/proc/self/miner.log'))[0]!, /^fault LOG_FILE_UNWRITABLE /)
  })

  it('follows a link to the file that the miner writes, its folder and its lock', async () => {
    const folder = join(root, 'logs')
    symlinkSync('logs/real.log', path)
    assert.deepEqual(await brief(), [`fault LOG_FILE_UNWRITABLE mkdir -p ${folder}`])
    mkdirSync(folder)
    assert.deepEqual(await brief(), ['ok'])
    const hint = 'give each miner a log file of its own with --log-file'
    assert.deepEqual(await brief(path, another, { pid: 4712 }), [`fault LOG_FILE_BUSY ${hint}`])
    assert.equal(files.at(-1), join(folder, 'real.log'))
    for (const open of [folder, root]) {
      chmodSync(open, 0o777)
      assert.deepEqual(await brief(), [`warning LOG_FILE_UNSAFE chmod o-w ${open}`])
      chmodSync(open, 0o700)
    }
    rmSync(path)
    symlinkSync('miner.log', path)
    assert.deepEqual(await brief(), ['fault LOG_FILE_UNWRITABLE name another file with --log-file'])
  })

  it('warns of a file of another user, and of a folder that any user may write', async () => {
    if (isRoot) {
      writeFileSync(path, '')
      chownSync(path, 65_534, 65_534)
      assert.deepEqual(await brief(), [`warning LOG_FILE_UNSAFE sudo chown "$USER" ${path}`])
      rmSync(path)
    }
    chmodSync(root, 0o777)
    assert.deepEqual(await brief(), [`warning LOG_FILE_UNSAFE chmod o-w ${root}`])
    chmodSync(root, 0o1777)
    assert.deepEqual(await brief(), ['ok'])
  })

  it('finds a disk without room for the lock, and warns of one without room for the log', async () => {
    const hint = `make room on the disk of ${root}, or name another file with --log-file`
    for (const full of [{ bavail: 0 }, { ffree: 0 }]) {
      room = { ...ample, ...full }
      assert.deepEqual(await brief(), [`fault LOG_FILE_NO_ROOM ${hint}`])
    }
    room = { ...ample, bavail: 511 }
    assert.deepEqual(await brief(), [`warning LOG_FILE_ROOM_SMALL ${hint}, or lower --log-file-max-files`])
    // Such a file system has no table of inodes.
    room = { ...ample, bavail: 512, files: 0, ffree: 0 }
    assert.deepEqual(await brief(), ['ok'])
  })

  it('finds that another miner writes it', async () => {
    const hint = 'give each miner a log file of its own with --log-file'
    assert.deepEqual(await brief(path, another, { pid: 4712 }), [`fault LOG_FILE_BUSY ${hint}`])
    assert.deepEqual(await brief(path, another, { pid: 4711 }), ['ok'])
    assert.deepEqual(await brief(path, another), [`unknown  ${hint}`])
  })
})
