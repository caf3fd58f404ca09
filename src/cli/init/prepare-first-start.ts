import type { Configuration } from '../../config/configuration.js'
import type { CheckResult } from '../check-in-time.js'
import type { FoundHotkey } from './find-hotkey.js'
import type { FirstStart } from './first-start.js'
import { requireAnswers } from './init-errors.js'
import { lookUpRegistration } from './look-up-registration.js'
import { settleModel } from './model-step.js'
import { settleSubnet } from './subnet-step.js'
import { settleHotkey } from './wallet-step.js'
import type { Written } from './write-answers.js'

/** What a first start found and wrote. */
export type Prepared = Written & {
  readonly hotkey: FoundHotkey
  /** null: unknown */
  readonly isRegistered: boolean | null
  /** null: the model was not tried */
  readonly checks: CheckResult['checks'] | null
  /** whether the model was tried and does not answer, and the operator did not choose to keep that */
  readonly isModelSilent: boolean
  /** with the answers */
  readonly configuration: Configuration
}

type Options = {
  /** takes what is there, where nothing can be asked */
  readonly yes: boolean
  /** writes the answers until now; those of the model only when they are settled: a key is for one endpoint */
  readonly save: (which: { readonly withModel: boolean }) => Promise<Written>
}

/**
 * Settles what a first start needs, step by step. With a dialogue, the answers of a step are written when it ends, so that
 * the next run finds them; else they are written together, when all is settled.
 *
 * @throws {UsageError} ANSWERS_MISSING · INIT_STOPPED, and what `save` throws
 * @throws {NoAnswer} or {ConfigError} without a dialogue, when the settings are not enough to try the model
 */
export async function prepareFirstStart(start: FirstStart, { yes, save }: Options): Promise<Prepared> {
  const { answers, dialogue, section } = start
  if (!dialogue && !yes) {
    const asked = ['subtensor.network', 'netuid', 'wallet.name', 'wallet.hotkey', `${section}.model`]
    const settings = asked.flatMap(path => answers.find(path) ?? [])
    requireAnswers(answers, settings)
  }
  const written: Written[] = []
  const endStep = async () => {
    if (dialogue) written.push(await save({ withModel: false }))
  }
  await settleSubnet(start)
  await endStep()
  const hotkey = await settleHotkey(start)
  await endStep()
  const isRegistered = await lookUpRegistration(start, hotkey.address)
  const trial = await settleModel(start)
  written.push(await save({ withModel: true }))
  await using run = await start.preview('leave')
  return {
    changed: written.some(({ changed }) => changed),
    secretFiles: written.flatMap(({ secretFiles }) => secretFiles),
    unused: written.flatMap(({ unused }) => unused),
    leftOut: written.at(-1)!.leftOut,
    hotkey,
    isRegistered,
    checks: trial?.checks ?? null,
    isModelSilent: trial !== null && !trial.works && !trial.isKept,
    configuration: run.configuration,
  }
}
