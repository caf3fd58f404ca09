import type { Setting } from '../../config/schema/setting.js'
import { type HotkeyName, hotkeyFile, listHotkeys, walletFolder } from '../../wallet/hotkey-files.js'
import { WalletError } from '../../wallet/wallet-error.js'
import { formatMessage } from '../errors/format-message.js'
import type { Dialogue } from './dialogue.js'
import { type FoundHotkey, findHotkey, hotkeyText } from './find-hotkey.js'
import { ANOTHER, type FirstStart, settle, typeValue } from './first-start.js'
import { hotkeyMissing } from './init-errors.js'

/** Settles which hotkey of which wallet the miner serves, and says what is known of it. */
export async function settleHotkey(start: FirstStart): Promise<FoundHotkey> {
  const { answers, say } = start
  const { path, name, hotkey } = walletSettingsOf(start)
  if (answers.isKnown(path)) say(answers.describe(path))
  const listed = await listHotkeys(String(answers.value(path)), MOST_LISTED + 1)
  if (answers.isGiven(name) || answers.isGiven(hotkey)) await nameHotkey(start)
  // There is nothing to choose from: the names stay, and the wallet may follow.
  else if (listed.length === 0) await nameHotkey({ ...start, dialogue: null, say: () => {} })
  else await chooseHotkey(start, listed)
  const named = namedHotkey(start)
  const found = await openNamed(start, named, listed)
  if (found.problem !== null) tell(start, found.problem)
  else say(`hotkey ${named.name}/${named.hotkey}: ${hotkeyText(found) || 'its address is not known'}`)
  if (found.isLocked) say('miner serve asks for its password at each start, unless MINER_WALLET_PASSWORD has it')
  return found
}

/** Opens the hotkey with the password that is set, if it needs one. */
async function openNamed(start: FirstStart, named: HotkeyName, listed: readonly string[]): Promise<FoundHotkey> {
  const { value: password, problems } = await start.password()
  const found = await findHotkey(named, {
    ...(typeof password === 'string' && { password }),
    env: process.env,
    decrypting: () => start.wait('decrypting the hotkey'),
  })
  if (found.isLocked && problems[0]) return { ...found, problem: problems[0] }
  if (found.exists || found.problem === null || listed.length > 0) return found
  if (!start.dialogue) return found
  const { code, message } = found.problem
  const hint = `no hotkey was found under ${walletFolder(named.path)} (--wallet-path names another folder)`
  return { ...found, problem: { code, message, hint } }
}

/** Says why the hotkey cannot be used: an error where another one cannot be chosen. */
function tell({ dialogue, say }: FirstStart, problem: NonNullable<FoundHotkey['problem']>): void {
  if (!dialogue) process.stderr.write(formatMessage(problem))
  else say(problem.hint === undefined ? problem.message : `${problem.message}: ${problem.hint}`)
}

/** More hotkeys than this are not offered: the name of another one is typed. */
const MOST_LISTED = 100

function walletSettingsOf({ answers }: FirstStart): Record<'path' | 'name' | 'hotkey', Setting> {
  const find = (key: string) => answers.find(`wallet.${key}`)!
  return { path: find('path'), name: find('name'), hotkey: find('hotkey') }
}

function namedHotkey(start: FirstStart): Record<'path' | 'name' | 'hotkey', string> {
  const { path, name, hotkey } = walletSettingsOf(start)
  const text = (setting: Setting) => String(start.answers.value(setting))
  return { path: text(path), name: text(name), hotkey: text(hotkey) }
}

/** Asks for the two names, unless they are given. */
async function nameHotkey(start: FirstStart): Promise<void> {
  const { path, name, hotkey } = walletSettingsOf(start)
  const folder = start.answers.text(path)
  for (const [setting, message] of [
    [name, `Which wallet of ${folder}?`],
    [hotkey, 'Which hotkey of it?'],
  ] as const)
    await settle(start, setting, dialogue =>
      typeValue(dialogue, setting, { message, initial: start.answers.text(setting), check: nameFault }),
    )
}

function nameFault(name: string): string | undefined {
  try {
    hotkeyFile({ path: '', name, hotkey: name })
    return undefined
  } catch (error) {
    if (error instanceof WalletError) return error.message
    throw error
  }
}

/** Chooses among the hotkeys that are there. The only one is taken, unless another one is configured. */
async function chooseHotkey(start: FirstStart, listed: readonly string[]): Promise<void> {
  const { answers, dialogue } = start
  const { name, hotkey } = walletSettingsOf(start)
  const current = `${answers.value(name)}/${answers.value(hotkey)}`
  const isConfigured = answers.isKnown(name) || answers.isKnown(hotkey)
  const isOnly = listed.length === 1 && (!isConfigured || listed[0] === current)
  let chosen = isOnly ? listed[0]! : current
  // What is configured can be confirmed, also when its file is not listed.
  const offered = isConfigured && !listed.includes(current) ? [current, ...listed] : listed
  if (!isOnly && dialogue)
    chosen = await askHotkey(dialogue, { listed: offered, current, path: namedHotkey(start).path })
  else if (!isOnly && !isConfigured && !listed.includes(current)) throw hotkeyMissing(listed)
  if (chosen === ANOTHER) return await nameHotkey(start)
  const [wallet, own] = chosen.split('/')
  answers.set(name, wallet)
  answers.set(hotkey, own)
}

type Listed = { readonly listed: readonly string[]; readonly current: string; readonly path: string }

async function askHotkey(dialogue: Dialogue, { listed, current, path }: Listed): Promise<string> {
  const offered = listed.slice(0, MOST_LISTED)
  const known = offered.map(async label => {
    const [name = '', hotkey = ''] = label.split('/')
    const found = await findHotkey({ path, name, hotkey })
    return { value: label, label, hint: found.problem === null ? hotkeyText(found) : 'cannot be used' }
  })
  const isMore = listed.length > offered.length
  const another = `another one${isMore ? ` (more than ${MOST_LISTED} are there)` : ''}: its name`
  const choices = [...(await Promise.all(known)), { value: ANOTHER, label: another }]
  return await dialogue.choose({ message: `Which hotkey of ${path}?`, choices, marked: current })
}
