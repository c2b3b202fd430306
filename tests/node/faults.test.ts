import { describe, test } from 'vitest'
import { expectEnds, poolScenarios } from '../faults/expectation.js'
import { type Build, play, scenarioNames } from '../faults/scenario.js'

const builds: Build[] = [
  { build: 'threads', threads: 2 },
  { build: 'single', threads: 1 },
]

describe.each(builds)('$build build', (build) => {
  const names = scenarioNames.filter(
    (name) => build.build === 'threads' || !poolScenarios.includes(name),
  )
  test.each(names)('%s', async (name) => {
    expectEnds(name, build, await play(name, build), 'node')
  })
})
