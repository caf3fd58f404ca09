import assert from 'node:assert/strict'
import { fillTemplate } from '#dist/create/create-package.js'

describe('fillTemplate', () => {
  it('puts values in the place of their names, as often as they come', () => {
    assert.equal(
      fillTemplate("'{{name}}': {{name}}{{version}} {y} {{}}", { name: 'a', version: '1' }),
      "'a': a1 {y} {{}}",
    )
  })

  it('takes a value as it is', () => {
    assert.equal(fillTemplate('{{name}}', { name: '$& {{version}}' }), '$& {{version}}')
  })

  it('refuses a name without a value', () => {
    for (const name of ['nme', 'constructor', '__proto__'])
      assert.throws(() => fillTemplate(`{{${name}}}`, { name: 'a' }), { name: 'TypeError', message: new RegExp(name) })
  })
})
