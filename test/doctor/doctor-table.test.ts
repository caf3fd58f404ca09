import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { chainCodes } from '#dist/chain/chain-codes.js'
import { statusCodes } from '#dist/cli/status/status-codes.js'
import { configCodes } from '#dist/config/config-codes.js'
import { doctorCodes } from '#dist/doctor/doctor-codes.js'
import { checkNames, doctorTable } from '#dist/doctor/doctor-table.js'
import { moneyCodes } from '#dist/money/money-codes.js'
import { requestLogCodes } from '#dist/request-log/request-log-codes.js'
import { walletCodes } from '#dist/wallet/wallet-codes.js'

describe('the table of the doctor', () => {
  const codes: readonly string[] = Object.values(doctorTable).flatMap(({ codes }) => codes)

  it('has each code of the doctor and of miner status once', () => {
    for (const code of [...Object.keys(doctorCodes), ...Object.keys(statusCodes)])
      assert.equal(codes.filter(one => one === code).length, 1, code)
  })

  it('has codes that docs/errors.md explains', () => {
    const known = {
      ...doctorCodes,
      ...statusCodes,
      ...chainCodes,
      ...walletCodes,
      ...configCodes,
      ...moneyCodes,
      ...requestLogCodes,
    }
    assert.deepEqual(
      codes.filter(code => !Object.hasOwn(known, code)),
      [],
    )
  })

  it('names checks for the command line', () => {
    const page = readFileSync('docs/doctor.md', 'utf8')
    for (const name of checkNames) {
      assert.match(name, /^[a-z]+$/)
      assert.ok(page.includes(`\n| ${name} | `), name)
    }
  })
})
