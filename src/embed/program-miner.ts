import { scopeClosed } from '../app/scope-error.js'
import type { Asked, Check, Miner } from '../plugin/miner.js'
import { methodsOf } from '../plugin/miner-methods.js'
import { abortablePlugin, closeIterator } from '../plugin/run/abandon.js'
import { questionSignal } from '../plugin/run/bounded-fetch.js'
import { checkMiner } from '../plugin/run/check-miner.js'
import { requireGenerator } from '../plugin/run/contract-error.js'
import { listModels } from '../plugin/run/list-models.js'
import { type ProgramTexts, programError } from './program-errors.js'

/**
 * Returns a miner as its program gets it: errors speak of `settings`, a question ends when its signal aborts or the scope
 * closes, and so do the requests that the miner makes for it.
 *
 * @param ending aborts when the scope closes
 */
export function programMiner(miner: Miner, texts: ProgramTexts, ending: AbortSignal): Miner {
  const methods = methodsOf(miner)
  const { ready, check, models, relay, embed } = methods
  const explained = (error: unknown, signal?: AbortSignal) =>
    ending.aborted && !signal?.aborted ? scopeClosed() : programError(error, texts)
  /** Runs one method for a question, until a signal aborts. */
  const run = async <T>(asked: AbortSignal, method: (signal: AbortSignal) => T | Promise<T>): Promise<T> => {
    const signal = AbortSignal.any([asked, ending])
    try {
      signal.throwIfAborted()
      return await abortablePlugin('miner', questionSignal.run(signal, method, signal), signal)
    } catch (error) {
      throw explained(error, asked)
    }
  }
  const withHint = <Found extends { readonly problem?: Check['problem'] | undefined }>(found: Found): Found => {
    const { problem } = found
    return problem?.hint === undefined
      ? found
      : { ...found, problem: { ...problem, hint: texts.inSettings(problem.hint) } }
  }
  return {
    ...methods,
    async *prompt(question, asked) {
      const during: Asked = { ...asked, signal: AbortSignal.any([asked.signal, ending]) }
      const { signal } = during
      let pieces: ReturnType<Miner['prompt']> | undefined
      try {
        signal.throwIfAborted()
        pieces = methods.prompt(question, during)
        requireGenerator(pieces, 'miner')
        for (;;) {
          const step = await abortablePlugin(
            'miner',
            questionSignal.run(signal, () => pieces!.next()),
            signal,
          )
          if (step.done) return step.value
          yield step.value
        }
      } catch (error) {
        throw explained(error, asked.signal)
      } finally {
        if (pieces) closeIterator(pieces)
      }
    },
    ...(ready && {
      ready: () =>
        ready().catch((error: unknown) => {
          throw explained(error)
        }),
    }),
    ...(relay && { relay: (question, asked) => run(asked.signal, signal => relay(question, { ...asked, signal })) }),
    ...(embed && { embed: (texts, asked) => run(asked.signal, signal => embed(texts, { ...asked, signal })) }),
    ...(check && {
      check: (asked, { onCheck, ...how } = {}) =>
        run(asked, async signal => {
          const checks = await checkMiner(methods, signal, {
            ...how,
            ...(onCheck && { onCheck: one => onCheck(withHint(one)) }),
          })
          return checks.map(withHint)
        }),
    }),
    ...(models && {
      models: asked => run(asked, async signal => ((await listModels(methods, signal)) ?? []).map(withHint)),
    }),
  }
}
