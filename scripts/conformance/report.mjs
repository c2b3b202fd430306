// Report of all files, in the words of `parevm-cli conformance`.

/** Failures that are printed; the file of `--json` has all. */
const printed = 100

const emptyTally = () => ({ passed: 0, failed: 0, skipped: 0 })
const inWords = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`

/** Returns the report of a run that starts now. `terminal` is the package's own: names are those of files. */
export function createReport({ suite, build, threads, engines, executors, terminal }) {
  const { clean, printError } = terminal
  const start = performance.now()
  const seconds = () => (performance.now() - start) / 1e3
  const total = emptyTally()
  const folders = new Map()
  const failures = []
  const skips = []
  let files = 0

  const fail = (remark) => {
    if (failures.length < printed)
      printError(`FAILED ${clean(remark.file)}: ${clean(remark.case)}\n  ${remark.reason}\n`)
    if (failures.length === printed)
      printError('more failures are not printed; --json FILE lists all\n')
    failures.push(remark)
  }

  return {
    /** Adds one file. */
    add(file, verdicts) {
      if (verdicts.length === 0) return
      files += 1
      const folder = file.includes('/') ? file.slice(0, file.indexOf('/')) : '.'
      const row = folders.get(folder) ?? { files: 0, ...emptyTally(), seconds: 0 }
      folders.set(folder, row)
      row.files += 1
      for (const verdict of verdicts) {
        row.seconds += verdict.ms / 1e3
        row[verdict.outcome] += 1
        total[verdict.outcome] += 1
        const remark = { file, case: verdict.case, reason: verdict.reason }
        if (verdict.outcome === 'failed') fail(remark)
        if (verdict.outcome === 'skipped') skips.push(remark)
      }
    },
    /** Progress of the run, in one line. */
    progress: () => `${suite}: ${files} files, ${inWords(total)}, ${seconds().toFixed()} s`,
    isGood: () => total.failed === 0 && total.passed + total.skipped > 0,
    json: () =>
      JSON.stringify(
        {
          ...{ suite, build, threads, engines, executors, seconds: seconds(), files },
          ...total,
          ...{ folders: Object.fromEntries([...folders].sort()), failures, skips },
        },
        null,
        2,
      ),
    /** Skips, the table and, as the last line, the counts. */
    text() {
      const lines = []
      if (total.passed + total.failed + total.skipped === 0)
        printError('error: no case was found\n')
      // Cases that are skipped for one reason are printed together.
      for (const reason of new Set(skips.map((skip) => skip.reason))) {
        const same = skips.filter((skip) => skip.reason === reason)
        lines.push(`skipped ${same.length}: ${reason} (first: ${clean(same[0].case)})`)
      }
      lines.push('folder                 files   cases  passed  failed skipped  time (s)')
      for (const [folder, row] of [...folders].sort()) lines.push(line(folder, row))
      lines.push(line(suite, { files, ...total, seconds: seconds() }))
      lines.push(
        `time of a folder is added up over all engines, that of the suite is by the clock; ${build} ` +
          `build, ${engines} engines with ${threads} threads, ${executors.join(' and ')}`,
      )
      lines.push(inWords(total))
      return `${lines.join('\n')}\n`
    },
  }
}

function line(name, { files, passed, failed, skipped, seconds }) {
  const counts = [files, passed + failed + skipped, passed, failed, skipped]
  const cells = counts.map((count) => String(count).padStart(7))
  return `${name.padEnd(20)} ${cells.join(' ')} ${seconds.toFixed(2).padStart(9)}`
}
