import assert from 'node:assert/strict'
import { fillTemplate } from '#dist/text/fill-template.js'

describe('fillTemplate', () => {
  it('replaces each name with its value, every time it occurs', () => {
    assert.equal(
      fillTemplate("'{{name}}': {{name}}{{version}} {y} {{}}", { name: 'a', version: '1' }),
      "'a': a1 {y} {{}}",
    )
  })

  it('does not interpret values', () => {
    assert.equal(fillTemplate('{{name}}', { name: '$& {{version}}' }), '$& {{version}}')
  })

  it('refuses a name without a value', () => {
    for (const name of ['nme', 'constructor', '__proto__'])
      assert.throws(() => fillTemplate(`{{${name}}}`, { name: 'a' }), { name: 'TypeError', message: new RegExp(name) })
  })
})
