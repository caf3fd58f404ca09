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

/** Asks an axon with the dendrite of an SDK. The answers come in the order of the questions. */
export async function askAsValidator(
  version: SdkVersion,
  axon: { readonly port: number; readonly hotkey: string },
  questions: readonly Asked[],
  { uri = '//Alice', concurrency = 1 } = {},
): Promise<Answer[]> {
  const options = { port: axon.port, 'axon-hotkey': axon.hotkey, uri, concurrency, timeout: 30 }
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
  const input = questions.map(question => `${JSON.stringify(question)}\n`).join('')
  return (await runPython(version, 'validator.py', args, { input })) as Answer[]
}

/** A question of one message. */
export function says(message: string): Asked {
  return { roles: ['user'], messages: [message] }
}
