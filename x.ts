import { metagraphOf } from './test/support/metagraph.ts'
import { metagraphTable, metagraphHead } from '#dist/cli/subnet/metagraph-table.js'
import { metagraphJson } from '#dist/cli/subnet/metagraph-json.js'
import { neuronRecord } from '#dist/cli/subnet/neuron-record.js'
import { ux } from '@oclif/core'
const m = metagraphOf(1024)
for (const width of [40, 60, 80, 100, 120, 160, 200, undefined]) {
  for (let i=0;i<2;i++) {
  const t = performance.now()
  const { text, hidden } = metagraphTable(m.neurons, { block: m.block, width })
  const ms = performance.now() - t
  if (i===1) { console.log(width, ms.toFixed(1), hidden.join()); console.log(text.split('\n').filter((_, i) => [0, 1,2,3, 999,1000,1009].includes(i)).join('\n'))}
  }
}
console.log(metagraphHead(m, Date.now()))
let t = performance.now(); const j = JSON.stringify(metagraphJson(m, m.neurons), null, 2); console.log('json', j.length, performance.now() - t)
t = performance.now(); const c = ux.colorizeJson(metagraphJson(m, m.neurons), {pretty: true}); console.log('colorized', c.length, performance.now() - t)
console.log(neuronRecord(m.neurons[5], m, 60)); 
