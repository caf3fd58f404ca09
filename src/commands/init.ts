import { resolve } from 'node:path'
import { Flags } from '@oclif/core'
import { hostSections, minerSection } from '../app/settings.js'
import { CHOSEN_MINER, DIALECTS, MINERS } from '../app/tokens.js'
import { type Run, SettingsCommand } from '../cli/command.js'
import { changedContent } from '../cli/config/change-settings.js'
import { openConfigFile } from '../cli/config/config-file.js'
import { noteLeftOut } from '../cli/config/note-left-out.js'
import { noteUnused } from '../cli/config/unused-secret-files.js'
import { configFileOf } from '../cli/config-file-of.js'
import { Answers } from '../cli/init/answers.js'
import { Dialogue } from '../cli/init/dialogue.js'
import { EndAtInterrupt } from '../cli/init/end-at-interrupt.js'
import type { FirstStart } from '../cli/init/first-start.js'
import { initStopped, requireNoTypedSecret } from '../cli/init/init-errors.js'
import { admissionNote, nextCommands } from '../cli/init/next-commands.js'
import { prepareFirstStart } from '../cli/init/prepare-first-start.js'
import { writeAnswers } from '../cli/init/write-answers.js'
import { typedValue } from '../config/layers/argv.js'
import type { FileContent } from '../config/layers/config-file.js'
import { createLookup, type Layers, lookUpSetting } from '../config/look-up.js'
import type { Section } from '../config/schema/section.js'
import type { Setting } from '../config/schema/setting.js'
import { type ResolvedSetting, resolveSetting } from '../config/values/resolve-setting.js'
import { escapeControls } from '../text/escape.js'
import { columnsOf, fill } from '../text/fill.js'

export default class Init extends SettingsCommand {
  static override summary = 'Ask for what a first start needs, and write the configuration file.'
  static override description =
    'Asks for the network, the subnet, the hotkey, the endpoint of the model, its key and the name of the model. It looks first at what is there, and tries the model at once. What a flag or a variable gives is not asked for; flags are written to the file, variables are not, but for the endpoint of a key that you type. What the file has can be confirmed or changed, and its comments stay. The key that you type gets a file of its own; only you can read these two files. The answers of a step (subnet, hotkey, model) are written when it ends: stop with Ctrl-C where you like, and run it again. Without a terminal nothing is asked: give all answers, or --yes. The exit code is then 2 if an answer is missing, or if the hotkey cannot be used; the file is written with such a hotkey, too, which may be made later. It is 1 if the model does not answer, unless you were asked and keep the answers.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --netuid 1 --wallet-name default --wallet-hotkey default --yes',
  ]
  static override flags = {
    yes: Flags.boolean({ description: 'ask nothing: take what is there, and the defaults' }),
    'no-check': Flags.boolean({ description: 'ask neither the model nor the chain' }),
  }
  static override readonly reads = ['subnet', 'dialect', 'wallet', 'axon', 'policy', 'neuron', 'subtensor'] as const
  static override readonly fewOf = { axon: ['port'], policy: ['allow'], neuron: [] }

  async run(): Promise<unknown> {
    const path = resolve(configFileOf(this.argv, this.config.configDir).path)
    const { content } = await openConfigFile(path)
    await using run = await this.open(Init, { secrets: 'leave', file: content })
    const { flags, configuration, scope } = run
    requireNoTypedSecret(configuration)
    const answers = new Answers(configuration)
    const miners = scope.resolve(MINERS)
    const section = scope.resolve(CHOSEN_MINER).name
    let isWritten = false
    const stopped = () => {
      this.status.erase()
      return this.redacted(initStopped(isWritten ? path : null, this.argv))
    }
    using interrupt = new EndAtInterrupt(stopped, this.argv)
    const asks = !flags.yes && Dialogue.isPossible()
    using dialogue = asks ? await Dialogue.open(stopped) : null
    const start: FirstStart = {
      answers,
      dialogue,
      isOnline: !flags['no-check'],
      dialects: scope.resolve(DIALECTS),
      section,
      inFile: setting => inFile(content, setting, minerSection(scope.resolve(CHOSEN_MINER))),
      password: () => passwordIn(run.layers),
      preview: secrets => this.#preview(path, { answers, secrets }),
      say: text => this.#say(text),
      wait: text => this.status.show(text),
    }
    const save = ({ withModel }: { readonly withModel: boolean }) =>
      interrupt.hold(async () => {
        const written = await writeAnswers(path, { answers, miners, section, withModel })
        isWritten = true
        return written
      })
    const done = await prepareFirstStart(start, { yes: flags.yes, save })
    noteLeftOut(done.leftOut)
    noteUnused(path, done.unused)
    if (done.isModelSilent) process.exitCode = 1
    if (!start.dialogue && done.hotkey.problem !== null) process.exitCode = 2
    const next = nextCommands({ ...done, reading: this.#reading(path) })
    const { changed, secretFiles, hotkey, isRegistered, checks } = done
    for (const line of [
      `${changed ? 'wrote' : 'left as it was:'} ${path}`,
      ...secretFiles.map(file => `wrote ${file}`),
    ])
      this.log(escapeControls(line))
    const note = admissionNote(done.configuration, this.#ofFile(path))
    if (note !== undefined) this.log(escapeControls(note))
    this.log(`next:\n${next.map(command => `  ${escapeControls(command)}`).join('\n')}`)
    return {
      file: path,
      changed,
      secretFiles,
      unusedSecretFiles: done.unused,
      hotkey: hotkey.address,
      hotkeyProblem: hotkey.problem,
      registered: isRegistered,
      checks,
      next,
    }
  }

  async #preview(path: string, { answers, secrets }: { answers: Answers; secrets: 'leave' | 'resolve' }) {
    const { changes } = await answers.changes(async (_, secret) => secret)
    const file = await changedContent(await openConfigFile(path), changes)
    return (await this.open(Init, { secrets, file, quiet: true })) as Run<typeof SettingsCommand>
  }

  #say(text: string): void {
    this.status.erase()
    process.stderr.write(`${fill(escapeControls(text), { width: columnsOf(process.stderr) })}\n`)
  }

  /** The flags that make other commands read what this one wrote. */
  #reading(path: string): readonly string[] {
    const envFile = typedValue(this.argv, 'env-file')
    return [...this.#ofFile(path), ...(envFile ? ['--env-file', resolve(envFile)] : [])]
  }

  /** The flag that makes a command use the file that this one wrote. */
  #ofFile(path: string): readonly string[] {
    const isElsewhere = typedValue(this.argv, 'config') !== undefined || process.env.MINER_CONFIG_DIR
    return isElsewhere ? ['--config', path] : []
  }
}

/** Returns the value that the file gives a setting, whatever flags and variables say; without one, the default. */
async function inFile(file: FileContent | null, setting: Setting, section: Section): Promise<unknown> {
  const found = await lookUpSetting(createLookup([section], { argv: [], env: {}, file }), setting.path)
  return found ? found.value : setting.default
}

/** Reads the password of the hotkey as `serve` does, without the other secrets. */
async function passwordIn(layers: Layers): Promise<Pick<ResolvedSetting, 'value' | 'problems'>> {
  const { env, settings, merged } = createLookup([hostSections.wallet], layers)
  const setting = settings.find(({ path }) => path === 'wallet.password')!
  const given = merged.get(setting.path)
  return given ? await resolveSetting(setting, given, { env, secrets: 'resolve' }) : { value: undefined, problems: [] }
}
