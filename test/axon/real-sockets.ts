import nock from 'nock'

/**
 * Takes nock away while the tests of this `describe` run: it reads and rewrites what goes over every socket, and these
 * tests are about bytes, closings and time-outs.
 */
export function realSockets(): void {
  before(() => nock.restore())
  after(() => nock.activate())
}
