import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Ended } from './child-process.ts'
import type { LiveRun } from './cli.ts'
import { runMiner } from './miner-process.ts'
import { answered, type Behaviour, said } from './model-server.ts'
import { onTerminal } from './terminal.ts'

/** A key that the model of a test takes. */
export const KEY = 'sk-Marker-0123456789'

/** The keys of a terminal. */
export const ENTER = '\r'
export const DOWN = '\u001b[B'
/** At the first choice, it goes to the last. */
export const UP = '\u001b[A'
export const CTRL_C = '\u0003'
export const CTRL_D = '\u0004'
export const ESCAPE = '\u001b'
/** Empties the line. */
export const CTRL_U = '\u0015'

const fixtures = fileURLToPath(new URL('../fixtures/wallets', import.meta.url))

/** Nothing of the machine's own that the wizard would find. */
const nothing = {
  OPENAI_API_KEY: '',
  OPENAI_BASE_URL: '',
  MINER_WALLET_PATH: '',
  BT_WALLET_PATH: '',
  CI: '',
  NO_COLOR: '1',
}

type Start = { readonly env?: Record<string, string>; readonly columns?: number }

/** A folder for the file that `miner init` writes, and runs of the program that use it. Disposing it removes the folder. */
export class FirstStartFolder implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'miner-init-'))
  readonly configFolder = join(this.folder, 'config')
  readonly file = join(this.configFolder, 'config.toml')
  /** two wallets: `locked`, which is encrypted, and `plain`, which is //Bob */
  readonly wallets = join(this.folder, 'wallets')
  /** what standard output of a run on a terminal goes to */
  readonly #output = join(this.folder, 'stdout')

  constructor() {
    for (const name of ['locked', 'plain']) cpSync(join(fixtures, name), join(this.wallets, name), { recursive: true })
  }

  /** the flags of the hotkey of //Bob */
  get ofBob(): readonly string[] {
    return ['--wallet-path', this.wallets, '--wallet-name', 'plain', '--wallet-hotkey', 'default']
  }

  get env(): Record<string, string> {
    return {
      ...nothing,
      HOME: this.folder,
      MINER_CONFIG_DIR: this.configFolder,
      MINER_DATA_DIR: join(this.folder, 'data'),
    }
  }

  get text(): string {
    return readFileSync(this.file, 'utf8')
  }

  /** the lines that set something */
  get lines(): readonly string[] {
    return this.text.split('\n').filter(line => /^[^#[].*=/.test(line))
  }

  /** the files beside each other in the configuration folder; empty without one */
  get names(): readonly string[] {
    try {
      return readdirSync(this.configFolder).sort()
    } catch {
      return []
    }
  }

  get stdout(): string {
    return readFileSync(this.#output, 'utf8')
  }

  write(name: string, text: string): string {
    mkdirSync(this.configFolder, { recursive: true, mode: 0o700 })
    const path = join(this.configFolder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }

  read(name: string): string {
    return readFileSync(join(this.configFolder, name), 'utf8')
  }

  modeOf(name: string): string {
    return (statSync(join(this.configFolder, name)).mode & 0o777).toString(8)
  }

  /** Starts `miner init` on a terminal. Its result goes to a file, so that all that the terminal shows is the dialogue. */
  start(args: readonly string[], { env, columns = 80 }: Start = {}): Wizard {
    return new Wizard(
      onTerminal(['init', ...args], {
        columns,
        env: { ...this.env, TERM: 'xterm', OUTPUT: this.#output, ...env },
        program: ['sh', '-c', 'exec "$NODE" "$MINER" "$@" > "$OUTPUT"', 'sh'],
      }),
    )
  }

  /** Runs a command without a terminal. */
  run(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
    return runMiner(args, { env: { ...this.env, ...env } })
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A run of `miner init` on a terminal. */
export class Wizard implements AsyncDisposable {
  readonly #run: LiveRun
  #seen = 0

  constructor(run: LiveRun) {
    this.#run = run
  }

  /** all that the terminal showed, without its control sequences */
  get shown(): string {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
    return this.#run.said.stdout.replace(/\u001b\[[\d;?]*[A-Za-z]/g, '').replaceAll('\r\n', '\n')
  }

  /** the lines that the terminal showed, cut at its control sequences */
  get pieces(): readonly string[] {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are where it is cut
    return this.#run.said.stdout.split(/\u001b\[[\d;?]*[A-Za-z]|\r?\n/)
  }

  /** all that the terminal showed, as it was sent */
  get raw(): string {
    return this.#run.said.stdout
  }

  /** Waits until a question is shown that was not answered yet, and types. */
  async answer(question: string, keys: string): Promise<void> {
    await this.sees(question)
    this.#run.child.stdin.write(keys)
  }

  /** Waits for a text after those that were waited for before. */
  async sees(text: string): Promise<void> {
    const before = this.raw.slice(0, this.#seen).split(text).length - 1
    await this.#run.says(text, before + 1)
    this.#seen = this.raw.indexOf(text, this.#seen) + text.length
  }

  get ended(): Promise<Ended> {
    return this.#run.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run[Symbol.asyncDispose]()
  }
}

/** A model that answers those who have this key; null: everybody. It offers these models. */
export function keyed(key: string | null, models: readonly string[] = []): Behaviour {
  return (response, request) => {
    const behaviour =
      key !== null && request.headers.authorization !== `Bearer ${key}`
        ? answered(401, { error: { message: 'Incorrect API key provided', code: 'invalid_api_key' } })
        : request.path.endsWith('/models')
          ? answered(200, { object: 'list', data: models.map(id => ({ id, object: 'model' })) })
          : said('OK')
    return behaviour(response, request)
  }
}
