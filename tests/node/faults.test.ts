import { describe, test } from 'vitest'
import { expectEnds, scenariosOf } from '../faults/expectation.js'
import { type Build, play } from '../faults/scenario.js'

const builds: Build[] = [
  { build: 'threads', threads: 2 },
  { build: 'single', threads: 1 },
  { build: 'single', threads: 3 },
]

describe.each(builds)('$build build, $threads', (build) => {
  test.each(scenariosOf(build))('%s', async (name) => {
    expectEnds(name, build, await play(name, build), 'node')
  })
})
