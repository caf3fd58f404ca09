import { subnetDialect } from '../../app/catalogue/dialects.js'
import type { Setting } from '../../config/schema/setting.js'
import type { AnswerChoice, Dialogue } from './dialogue.js'
import { ANOTHER, type FirstStart, settle, typeValue } from './first-start.js'

/** Settles the network and the subnet, and says which dialect that is. */
export async function settleSubnet(start: FirstStart): Promise<void> {
  const { answers } = start
  const network = answers.find('subtensor.network')!
  const netuid = answers.find('netuid')!
  await settle(start, network, dialogue => askNetwork(start, dialogue, network))
  await settle(start, netuid, dialogue =>
    typeValue(dialogue, netuid, { message: 'Which subnet? Its number (netuid)', initial: answers.text(netuid) }),
  )
  start.say(dialectText(start, Number(answers.value(netuid))))
}

const meanings: Readonly<Record<string, string>> = {
  finney: 'the main network',
  test: 'the test network',
  archive: 'the main network, from its archive',
  local: 'a chain on this machine',
  none: 'no chain',
}

async function askNetwork({ answers }: FirstStart, dialogue: Dialogue, setting: Setting): Promise<unknown> {
  const current = String(answers.value(setting))
  const named = setting.shape.kind === 'text' ? setting.shape.choices.filter(name => name !== 'none') : []
  const others = named.includes(current) ? [] : [{ value: current, label: answers.text(setting) }]
  const choices: readonly AnswerChoice[] = [
    ...others,
    ...named.map(name => ({ value: name, label: name, ...(meanings[name] && { hint: meanings[name] }) })),
    { value: ANOTHER, label: 'another one: its URL' },
  ]
  const chosen = await dialogue.choose({ message: 'Which network?', choices, marked: current })
  if (chosen !== ANOTHER) return chosen
  return await typeValue(dialogue, setting, { message: 'Its URL, which begins with wss:// or ws://', initial: '' })
}

function dialectText({ answers, dialects }: FirstStart, netuid: number): string {
  for (const path of ['dialectFile', 'dialect']) {
    const setting = answers.find(path)
    if (setting && answers.isKnown(setting)) return answers.describe(setting)
  }
  const name = subnetDialect(dialects, netuid)
  const isListed = dialects.get(name)?.netuids.includes(netuid)
  if (isListed) return `dialect ${name}, which the validators of subnet ${netuid} speak`
  return `dialect ${name}, because none is known for subnet ${netuid}; --dialect names another one`
}
