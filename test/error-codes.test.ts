import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { adminCodes } from '#dist/admin/admin-codes.js'
import { scopeCodes } from '#dist/app/scope-codes.js'
import { auditCodes } from '#dist/audit/audit-codes.js'
import { axonCodes } from '#dist/axon/axon-codes.js'
import { chainCodes } from '#dist/chain/chain-codes.js'
import { reportCodes, usageCodes } from '#dist/cli/errors/usage-codes.js'
import { statusCodes } from '#dist/cli/status/status-codes.js'
import { configCodes, problemCodes } from '#dist/config/config-codes.js'
import { createCodes } from '#dist/create/create-codes.js'
import { explanationCodes } from '#dist/dendrite/explanation-codes.js'
import { doctorCodes } from '#dist/doctor/doctor-codes.js'
import { keyCodes } from '#dist/keys/key-codes.js'
import { moneyCodes } from '#dist/money/money-codes.js'
import { neuronCodes } from '#dist/neuron/neuron-codes.js'
import { conversationCodes } from '#dist/plugin/conversation-codes.js'
import { attemptCodes, hostCodes } from '#dist/plugin/host-codes.js'
import { pluginCodes } from '#dist/plugin/load/plugin-codes.js'
import { requestLogCodes } from '#dist/request-log/request-log-codes.js'
import { storeCodes } from '#dist/store/store-codes.js'
import { walletCodes } from '#dist/wallet/wallet-codes.js'
import { refusals } from '#dist/wires/refusal.js'

const src = new URL('../src/', import.meta.url)

/** Each table, with the files that give its codes. */
const tables: readonly { readonly name: string; readonly codes: object; readonly from: RegExp }[] = [
  { name: 'usageCodes', codes: usageCodes, from: /^(cli|commands)\// },
  { name: 'reportCodes', codes: reportCodes, from: /^cli\/errors\/error-report/ },
  { name: 'configCodes', codes: configCodes, from: /^(config|cli|dialect-file)\// },
  {
    name: 'problemCodes',
    codes: problemCodes,
    from: /^(config|cli\/flags|cli\/dev-mode|cli\/open-run|cli\/service\/)/,
  },
  { name: 'walletCodes', codes: walletCodes, from: /^wallet\// },
  { name: 'keyCodes', codes: keyCodes, from: /^keys\// },
  { name: 'conversationCodes', codes: conversationCodes, from: /^plugin\/conversation/ },
  { name: 'pluginCodes', codes: pluginCodes, from: /^plugin\/load\// },
  { name: 'createCodes', codes: createCodes, from: /^create\// },
  { name: 'scopeCodes', codes: scopeCodes, from: /^(app|embed)\// },
  { name: 'adminCodes', codes: adminCodes, from: /^admin\// },
  { name: 'axonCodes', codes: axonCodes, from: /^axon\/axon-error/ },
  { name: 'storeCodes', codes: storeCodes, from: /^store\// },
  { name: 'requestLogCodes', codes: requestLogCodes, from: /^(request-log|cli\/logs)\// },
  { name: 'moneyCodes', codes: moneyCodes, from: /^money\// },
  { name: 'chainCodes', codes: chainCodes, from: /^(chain|neuron)\// },
  { name: 'neuronCodes', codes: neuronCodes, from: /^neuron\// },
  {
    name: 'hostCodes',
    codes: hostCodes,
    from: /^(plugin\/(?!load)|axon\/answer\/|money\/budget\/|commands\/|cli\/check-in-time|miners\/|dialects\/|dialect-file\/)/,
  },
  { name: 'attemptCodes', codes: attemptCodes, from: /^miners\/openai\/pool\/attempt/ },
  { name: 'auditCodes', codes: auditCodes, from: /^(audit|cli\/audit|commands\/audit)/ },
  { name: 'statusCodes', codes: statusCodes, from: /^cli\/status\// },
  { name: 'doctorCodes', codes: doctorCodes, from: /^(doctor|cli\/doctor-checks)\// },
  { name: 'explanationCodes', codes: explanationCodes, from: /^dendrite\/explain\./ },
]

/** Names in capitals that are not codes of this program. */
const others = [
  /^(MINER|BT|OPENAI|NODE|SSL)_/, // environment variables
  /^(E[A-Z]+|E404|HPE_\w*|ERR_\w+)$/, // codes of the system, of Node and of npm
  /^SIG(HUP|INT|TERM|KILL|TSTP|CONT)$/,
  /^(HOME|CREDENTIALS_DIRECTORY)$/, // environment variables
  /^(ALL|CAP_NET_BIND_SERVICE)$/, // capabilities of Linux
  /^NPM_LOG_LEVEL$/, // an environment variable without its prefix
  /^(GET|HEAD|POST)$/,
  /^(ADDRESS|FILE|DIR|DURATION|NAME|HOTKEY|ROLE|TEXT|GLOBAL|COLUMN|COUNT|SS58|URL|WALLET)$/, // placeholders and groups of the help
  /^(INFO|SET|EVAL|NX|PX|OK|HGET|HGETALL|HSET|HDEL|SADD|SCARD|SISMEMBER)$/, // words of Redis
  /^(COMMIT|ROLLBACK)$/, // statements of SQL
  /^(ANSWERED|CANCELLED)$/, // counts of the request log
  /^JSON$/,
  /^MULTIPLE_DOCS$/, // a code of the parser of YAML
  /^HIDDEN$/, // a mark of the dialect readyai
  /^SS58(PRE)?$/, // the name of the address format, and the salt of its checksum
]

describe('error codes', () => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts') && !file.endsWith('-codes.ts') && !file.startsWith('create/templates/'))
    .map(file => ({ file, code: withoutComments(readFileSync(new URL(file, src), 'utf8')) }))
  const listed = new Set(tables.flatMap(({ codes }) => Object.keys(codes)))

  it('are all listed: docs/errors.md and docs/refusals.md have every one in the source', () => {
    const named = files.flatMap(({ file, code }) =>
      [...code.matchAll(/'([A-Z][A-Z0-9_]+)'/g)].map(([, name]) => ({ file, name: name! })),
    )
    const unlisted = named.filter(
      ({ name }) => !listed.has(name) && !Object.hasOwn(refusals, name) && !others.some(pattern => pattern.test(name)),
    )
    assert.ok(named.length > 300)
    assert.deepEqual(unlisted, [])
  })

  // The type of `NoAnswer.code` is open for authors of plugins, so that the compiler does not see a code of ours that is new.
  it('of a NoAnswer are those of HostCode', () => {
    const thrown = files.flatMap(({ file, code }) =>
      [...code.matchAll(/new NoAnswer\((?:(?!new NoAnswer\().)*?\bcode: '(\w+)'/gs)].map(([, name]) => ({
        file,
        name: name!,
      })),
    )
    assert.ok(thrown.length > 20)
    assert.deepEqual(
      thrown.filter(({ name }) => !Object.hasOwn(hostCodes, name)),
      [],
    )
  })

  it('are written out, so that this test finds them', () => {
    assert.deepEqual(
      files.filter(({ code }) => /\bcode: `/.test(code)).map(({ file }) => file),
      [],
    )
  })

  it('load no prose: a table is imported for its type only', () => {
    const imports = files.flatMap(({ code }) => code.match(/^import .*(?<!\/exit)-codes\.js'$/gm) ?? [])
    assert.ok(imports.length >= tables.length - 2)
    assert.deepEqual(
      imports.filter(line => !line.startsWith('import type ')),
      [],
    )
  })

  for (const { name, codes, from } of tables)
    it(`of ${name} are all thrown`, () => {
      const thrown = new Set(files.filter(({ file }) => from.test(file)).flatMap(({ code }) => thrownIn(code)))
      assert.deepEqual(
        Object.keys(codes).filter(one => !thrown.has(one)),
        [],
      )
    })

  it('of a NoAnswer are misuse in the table where they are misuse in the code', () => {
    const misuse = files
      .filter(({ code }) => code.includes('NoAnswer'))
      .flatMap(({ code }) => code.split(/\bcode: (?=')/).slice(1))
      .filter(part => part.includes('misuse: true'))
      .map(part => /^'(\w+)'/.exec(part)![1]!)
    const described = Object.entries(hostCodes).filter(([, entry]) => 'misuse' in entry)
    assert.deepEqual([...new Set(misuse)].toSorted(), described.map(([code]) => code).toSorted())
  })
})

function withoutComments(code: string): string {
  return code.replace(/\/\*.*?\*\//gs, '').replace(/(^|\s)\/\/ .*$/gm, '$1')
}

/**
 * The codes that a file gives to an error: the first argument of a call, what follows `code:`, `code =` or `return`, and
 * the values of a table by kind of plugin. Types and comparisons are left out.
 */
function thrownIn(code: string): string[] {
  const values = code
    .split('\n')
    .filter(line => !/^\s*(readonly |constructor\()/.test(line))
    .join('\n')
  const afterCode = [...values.matchAll(/(?:\bcode(?::| =)|\breturn|\?\?=) ([^,\n]*'[A-Z][^\n]*)/g)]
  return [
    ...values.matchAll(/\w\(\s*'([A-Z][A-Z0-9_]+)'/g),
    ...values.matchAll(/\b(?:miner|dialect): '([A-Z][A-Z0-9_]+)'/g),
    ...afterCode.flatMap(([, rest]) => [...rest!.matchAll(/'([A-Z][A-Z0-9_]+)'/g)]),
  ].map(([, name]) => name!)
}
