import { runPython, type SdkVersion } from '../support/python.ts'

export type Asked = { readonly roles: readonly string[]; readonly messages: readonly string[] }

/** What the SDK's dendrite made of a reply. */
export type Answer = {
  readonly completion: string
  readonly status_code: number
  readonly status_message: string
  /** seconds; null when the axon did not say */
  readonly process_time: number | null
}

/** And of a stream: each text that it read, with the seconds after the question. */
export type StreamedAnswer = Answer & { readonly chunks: readonly (readonly [text: string, seconds: number])[] }

type Options = { readonly uri?: string; readonly concurrency?: number; readonly timeout?: number }

/** `leaveAfter`: closes the connection after so many chunks */
type StreamOptions = Options & { readonly leaveAfter?: number }

/** `monotonic`: with nonces of SDK 6.0 to 7.1, which count from a boot */
type AnswerOptions = Options & { readonly monotonic?: boolean }

/** Asks an axon with the dendrite of an SDK. The answers come in the order of the questions. */
export async function askAsValidator(
  version: SdkVersion,
  axon: { readonly port: number; readonly hotkey: string },
  questions: readonly Asked[],
  { monotonic = false, ...options }: AnswerOptions = {},
): Promise<Answer[]> {
  return (await ask(version, axon, questions, options, ...(monotonic ? ['--monotonic'] : []))) as Answer[]
}

/** Asks for a stream in the same way. */
export async function askStreamAsValidator(
  version: SdkVersion,
  axon: { readonly port: number; readonly hotkey: string },
  questions: readonly Asked[],
  { leaveAfter, ...options }: StreamOptions = {},
): Promise<StreamedAnswer[]> {
  const more = leaveAfter === undefined ? [] : ['--leave-after', String(leaveAfter)]
  return (await ask(version, axon, questions, options, '--stream', ...more)) as StreamedAnswer[]
}

function ask(
  version: SdkVersion,
  axon: { readonly port: number; readonly hotkey: string },
  questions: readonly Asked[],
  { uri = '//Alice', concurrency = 1, timeout = 30 }: Options,
  ...more: string[]
): Promise<unknown[]> {
  const options = { port: axon.port, 'axon-hotkey': axon.hotkey, uri, concurrency, timeout }
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const input = questions.map(question => `${JSON.stringify(question)}\n`).join('')
  return runPython(version, 'validator.py', [...args, ...more], { input })
}

/** A question of one message. */
export function says(message: string): Asked {
  return { roles: ['user'], messages: [message] }
}
