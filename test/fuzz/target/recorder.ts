import type { Asked, Miner, Outcome, Piece, Question } from '#dist/plugin/miner.js'

/** Answers what every dialect needs, and reports each question before it does. */
export class Recorder implements Miner {
  readonly #report: (question: Question, asked: Asked) => void

  constructor(report: (question: Question, asked: Asked) => void) {
    this.#report = report
  }

  capabilities() {
    return { tools: true, logprobs: true, responseFormat: true }
  }

  async *prompt(question: Question, asked: Asked): AsyncGenerator<string | Piece, Outcome> {
    this.#report(question, asked)
    const [tool] = question.tools ?? []
    if (tool) yield { toolCalls: [{ index: 0, id: 'c', name: tool.name, arguments: '{}' }] }
    else {
      yield 'alpha, beta, '
      yield 'gamma'
    }
    return { model: 'recorder', finishReason: 'stop' }
  }

  async relay(question: Question, asked: Asked) {
    this.#report(question, asked)
    const { model = '' } = question
    const chunk = JSON.stringify({ model, choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: 'stop' }] })
    const body = (async function* () {
      yield Buffer.from(`data: ${chunk}\n\n`)
      yield Buffer.from('data: [DONE]\n\n')
    })()
    return { body, outcome: Promise.resolve({ model, finishReason: 'stop' }) }
  }
}
