import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Flags } from '@oclif/core'
import { MINERS } from '../../app/tokens.js'
import { ConfigCommand } from '../../cli/config/config-command.js'
import { fileExists, initConfig } from '../../cli/config/init-config.js'
import { noteLeftOut } from '../../cli/config/note-left-out.js'
import { noteUnused } from '../../cli/config/unused-secret-files.js'
import { formatMessage } from '../../cli/errors/format-message.js'
import { lookUpFirst, openRunScope } from '../../cli/open-scope.js'
import { ConfigError } from '../../config/config-error.js'
import { readConfigFile } from '../../config/layers/config-file.js'
import { expandHome } from '../../config/read-bounded.js'
import { escapeControls } from '../../text/escape.js'

export default class ConfigInit extends ConfigCommand {
  static override summary = 'Write a configuration file with every setting and its meaning.'
  static override description =
    'Only you can read the file. Settings of --from have their values, all others stand behind # with their default. No secret is copied: each is written to a file of its own beside the new one, which refers to it as file:PATH. A file that exists is left as it is, unless --force is given.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --from old.yaml',
  ]
  static override flags = {
    from: Flags.string({ description: 'a configuration file whose settings to take over', helpValue: 'FILE' }),
    use: Flags.string({ description: 'the miner whose settings it has', helpValue: 'NAME' }),
    force: Flags.boolean({ description: 'replace a file that exists' }),
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(ConfigInit)
    const { path } = this
    if (!flags.force && existsSync(path)) throw fileExists(path)
    const from = await this.#read(flags.from)
    await using scope = await openRunScope(this.config, lookUpFirst({ argv: [], env: process.env, file: from }))
    const miners = scope.resolve(MINERS)
    const settings = new Map(flags.use === undefined ? [] : [['use', flags.use]])
    const written = await initConfig({ path, from, settings, force: flags.force, miners })
    const { secretFiles, unused, leftOut, ignored } = written
    for (const { message, hint } of ignored) warn(message, hint)
    noteLeftOut(leftOut)
    noteUnused(path, unused)
    this.log([path, ...secretFiles].map(escapeControls).join('\n'))
    return { file: path, secretFiles, unusedSecretFiles: unused, leftOut }
  }

  async #read(named: string | undefined) {
    if (named === undefined) return null
    const content = await readConfigFile({ path: resolve(expandHome(named)), explicit: true }, old)
    if (content && 'problem' in content) throw new ConfigError('CONFIG_INVALID', [content.problem])
    return content ?? null
  }
}

function warn(message: string, hint: string | undefined): void {
  process.stderr.write(formatMessage({ label: 'warning', message, hint }))
}

const old = { noun: 'the old configuration file', flag: '--from' }
