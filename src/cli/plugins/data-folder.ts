import { lstat, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { UsageError } from '../errors/usage-error.js'

/** A plugin as oclif registers it in the package.json of the data folder. */
export type Registered = {
  readonly name: string
  readonly type: 'user' | 'link'
  /** what npm installs: a version, a range or a tag of the registry; absent when there is a `url` */
  readonly tag?: string
  /** the file, folder or repository that npm installs instead */
  readonly url?: string
  /** the folder of a linked one */
  readonly root?: string
}

/** The package.json of the data folder: npm's dependencies, and the plugins that oclif loads. */
export type DataPackage = {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly oclif: { readonly plugins: readonly Registered[] }
}

/** The folder that oclif loads plugins from, and npm installs them to. */
export class DataFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /**
   * Reads its package.json. Returns an empty one when the folder has none.
   *
   * @throws {UsageError} DATA_FOLDER_BROKEN
   */
  async read(): Promise<DataPackage> {
    const text = await this.#text('package.json')
    if (text === undefined) return { oclif: { plugins: [] } }
    try {
      const { oclif, ...data } = JSON.parse(text) as Partial<DataPackage>
      const plugins: readonly (Registered | string)[] = oclif?.plugins ?? []
      return { ...data, oclif: { ...oclif, plugins: plugins.map(registered) } }
    } catch (cause) {
      const file = join(this.path, 'package.json')
      const problem = `${file} is not valid JSON: ${(cause as Error).message}`
      throw new UsageError('DATA_FOLDER_BROKEN', problem, 'repair it, or delete it and install the plugins again')
    }
  }

  /** @throws {UsageError} DATA_FOLDER_UNWRITABLE */
  async write(data: DataPackage): Promise<void> {
    const whole = { name: 'bittensor-miner', private: true, dependencies: {}, ...data }
    await this.#write('package.json', JSON.stringify({ ...whole, oclif: { schema: 1, ...data.oclif } }, null, 2))
  }

  /** Registers plugins; each replaces one of its name. */
  async register(...plugins: readonly Registered[]): Promise<void> {
    const data = await this.read()
    const others = data.oclif.plugins.filter(({ name }) => !plugins.some(one => one.name === name))
    await this.write({ ...data, oclif: { ...data.oclif, plugins: [...others, ...plugins] } })
  }

  async unregister(names: readonly string[]): Promise<void> {
    const data = await this.read()
    const plugins = data.oclif.plugins.filter(({ name }) => !names.includes(name))
    await this.write({ ...data, oclif: { ...data.oclif, plugins } })
  }

  /** Returns the folder of a plugin. */
  rootOf({ name, root }: Pick<Registered, 'name' | 'root'>): string {
    return root ?? join(this.path, 'node_modules', name)
  }

  /** Returns the version of a plugin in its own package.json; null when it cannot be read. */
  async versionOf(plugin: Pick<Registered, 'name' | 'root'>): Promise<string | null> {
    try {
      const about = JSON.parse(await readFile(join(this.rootOf(plugin), 'package.json'), 'utf8')) as {
        version?: unknown
      }
      return typeof about.version === 'string' ? about.version : null
    } catch {
      return null
    }
  }

  /**
   * Returns a function that restores package.json and npm's lock file as they are now.
   *
   * @param options.keepsNew whether a file that is not there yet stays: npm removes only packages that a lock file names
   */
  async snapshot({ keepsNew }: { readonly keepsNew: boolean }): Promise<() => Promise<void>> {
    const files = ['package.json', 'package-lock.json']
    const texts = await Promise.all(files.map(async file => [file, await this.#text(file)] as const))
    return async () => {
      for (const [file, text] of texts) {
        if (text !== undefined) await this.#write(file, text)
        else if (!keepsNew) await rm(join(this.path, file), { force: true })
      }
    }
  }

  /**
   * Runs npm, and undoes what a failed run leaves behind. npm undoes a failure while it installs, but not one while it
   * saves, which a full disk causes: then package.json may be empty, and a package have only some of its files.
   */
  async undoFailed(run: () => Promise<void>): Promise<void> {
    const restore = await this.snapshot({ keepsNew: false })
    const before = await this.#packages()
    try {
      await run()
    } catch (error) {
      try {
        const isFull = error instanceof UsageError && error.code === 'DISK_FULL'
        const now = await this.#packages()
        // Not every file system keeps inodes, so a package that was there before goes only when it may lack files.
        const changed = [...now].filter(([path, inode]) => !before.has(path) || (isFull && before.get(path) !== inode))
        // First, because the files below may need the space.
        for (const [path] of changed) await rm(path, { recursive: true, force: true })
        if (changed.length > 0) await rm(hiddenLock(this), { force: true })
        await restore()
      } catch {} // npm's error says more: this one has the same cause
      throw error
    }
  }

  /** Returns the inode of each folder in node_modules by path. */
  async #packages(): Promise<ReadonlyMap<string, number>> {
    const modules = join(this.path, 'node_modules')
    const folders = (await readdir(modules).catch(() => [])).map(name => join(modules, name))
    const nested = folders.map(async folder => {
      if (!basename(folder).startsWith('@')) return [folder]
      return (await readdir(folder).catch(() => [])).map(name => join(folder, name))
    })
    const paths = (await Promise.all(nested)).flat().filter(path => path !== hiddenLock(this))
    return new Map(await Promise.all(paths.map(async path => [path, (await lstat(path)).ino] as const)))
  }

  async #text(file: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.path, file), 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw dataFolderError(error, this.path)
    }
  }

  /** Writes a file atomically: another command may read it at any time, and this one be killed. */
  async #write(file: string, text: string): Promise<void> {
    const path = join(this.path, file)
    const next = `${path}.new`
    try {
      await writeFile(next, text, { flush: true })
      await rename(next, path)
    } catch (error) {
      await rm(next, { force: true }).catch(() => {}) // a folder that cannot be written
      throw dataFolderError(error, this.path)
    }
  }
}

/** Returns npm's record of what is in node_modules, which it trusts more than the folders themselves. */
export function hiddenLock({ path }: Pick<DataFolder, 'path'>): string {
  return join(path, 'node_modules', '.package-lock.json')
}

function registered(plugin: Registered | string): Registered {
  return typeof plugin === 'string' ? { name: plugin, type: 'user', tag: 'latest' } : plugin
}

/** Translates an error of the system into one that names the folder. Returns other errors unchanged. */
export function dataFolderError(error: unknown, dataDir: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (!(error instanceof Error) || code === undefined) return error
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(dataDir)
  const why = reasons.get(code) ?? code
  return new UsageError(
    'DATA_FOLDER_UNWRITABLE',
    `the folder for plugins, ${dataDir}, cannot be used: ${why}`,
    'make it writable for this user, or set MINER_DATA_DIR to another folder',
  )
}

export function diskFull(dataDir: string): UsageError {
  return new UsageError(
    'DISK_FULL',
    'the disk is full',
    `free space where ${dataDir} and npm's cache are, or set MINER_DATA_DIR and npm_config_cache to folders elsewhere`,
  )
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
  ['ENOTDIR', 'a part of the path is not a folder'],
  ['EEXIST', 'a part of the path is not a folder'],
  ['EISDIR', 'a file that it needs is a folder'],
])
