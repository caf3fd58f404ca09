import assert from 'node:assert/strict'
import { requestIdOf } from '#dist/dendrite/request-id.js'

describe('the id of a request in the reply of its axon', () => {
  it('is the first header of the name, in letters of any case', () => {
    const headers = ['a', 'x-request-id', 'X-Request-Id', ' d829ee14 ', 'x-request-id', 'other']
    assert.equal(requestIdOf(headers), 'd829ee14')
  })

  it('is none without the header, or with one that is empty or longer than any id', () => {
    assert.equal(requestIdOf([]), null)
    assert.equal(requestIdOf(['content-type', 'x-request-id']), null)
    assert.equal(requestIdOf(['x-request-id', ' ']), null)
    assert.equal(requestIdOf(['x-request-id', 'x'.repeat(128)])?.length, 128)
    assert.equal(requestIdOf(['x-request-id', 'x'.repeat(129)]), null)
  })
})
