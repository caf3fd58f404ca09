import { resolve } from 'node:path'
import { type Configuration, valueAt } from '../../config/configuration.js'
import { fileValue } from '../../config/describe/file-value.js'
import { type Origin, originText } from '../../config/origin.js'
import { redact } from '../../config/redact.js'
import type { Setting } from '../../config/schema/setting.js'
import type { SettingChange } from '../config/change-settings.js'
import { HIDDEN, valueElsewhere } from '../config/take-over.js'

/** The settings of a first start: those that are there already, and those that are answered. */
export class Answers {
  readonly #configuration: Configuration
  readonly #values = new Map<string, unknown>()

  /** @param configuration with secrets as they are written */
  constructor(configuration: Configuration) {
    this.#configuration = configuration
  }

  /** Returns a setting by its path; undefined when the miner has none of that name. */
  find(path: string): Setting | undefined {
    return this.#configuration.settings.find(one => one.path === path)
  }

  /** Returns the answer, or else what is there; undefined without a value. */
  value(setting: Setting): unknown {
    return this.#values.has(setting.path) ? this.#values.get(setting.path) : valueAt(this.#configuration, setting)
  }

  /** Returns the value as people read it, a secret as `***`. */
  text(setting: Setting): string {
    return String(redact(setting, fileValue(setting, this.value(setting))) ?? '')
  }

  /** Where the value that is there came from. */
  origin({ path }: Setting): Origin {
    return this.#configuration.origins.get(path) ?? { from: 'default' }
  }

  /** Whether a flag or a variable gives the setting, which is then not asked for. */
  isGiven(setting: Setting): boolean {
    return ['flag', 'environment', 'envFile'].includes(this.origin(setting).from)
  }

  /** Whether the value is of the file, and has not been asked for yet. */
  isOfFile(setting: Setting): boolean {
    return this.origin(setting).from === 'file' && !this.#values.has(setting.path)
  }

  /** Whether there is an answer, or a flag, a variable or the file gives the setting. */
  isKnown(setting: Setting): boolean {
    return this.#values.has(setting.path) || this.origin(setting).from !== 'default'
  }

  /** Says what holds and why: `netuid 33 (--netuid)`. */
  describe(setting: Setting): string {
    if (this.value(setting) === undefined) return `${setting.path} is not set`
    return `${setting.path} ${this.text(setting)} (${originText(this.origin(setting))})`
  }

  /**
   * Takes an answer. The value that the file has already stays as it is written there.
   *
   * @param value converted and checked; undefined: the file gets no value, and loses the one that it has
   */
  set(setting: Setting, value: unknown): void {
    const isThere = this.origin(setting).from === 'file' && value === valueAt(this.#configuration, setting)
    if (isThere) this.#values.delete(setting.path)
    else this.#values.set(setting.path, value)
  }

  /**
   * Returns what the file gets: the answers, and the settings of flags but those of the log, which are for this run.
   *
   * @param store keeps a secret elsewhere, given its path, and returns the reference to it
   * @param but the section whose settings are left out; undefined: all are returned
   * @returns the changes, and the settings that are left out because of a secret in a URL
   */
  async changes(
    store: (path: string, secret: string) => Promise<string>,
    but?: string,
  ): Promise<{
    readonly changes: readonly SettingChange[]
    readonly leftOut: readonly string[]
  }> {
    const changes: SettingChange[] = []
    const leftOut: string[] = []
    for (const setting of this.#configuration.settings) {
      if (setting.section === but) continue
      const origin = this.origin(setting)
      const isTyped = origin.from === 'flag' && setting.section !== 'log'
      if (!isTyped && !this.#values.has(setting.path)) continue
      const found = { value: this.value(setting), origin }
      const value = found.value === undefined ? undefined : await valueElsewhere(setting, found, { folder: '.', store })
      if (value === HIDDEN) leftOut.push(setting.path)
      else changes.push({ setting, value: setting.path === 'wallet.path' ? absolute(String(value)) : value })
    }
    return { changes, leftOut }
  }
}

/** Returns the folder of the wallets for a file that is read from any other folder; `~` is the home directory there, too. */
function absolute(folder: string): string {
  return /^~(?=\/|$)/.test(folder) ? folder : resolve(folder)
}
