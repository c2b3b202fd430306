import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { capture, root } from '../process.mjs'

/** Anchors of the headings of a page, as hosts of repositories make them. */
function anchorsOf(text) {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  )
}

/** Links of the page at `path` that lead nowhere in the repository. */
function brokenLinks(path) {
  const text = readFileSync(join(root, path), 'utf8')
  return [...text.matchAll(/\]\(([^)\s#]*)(?:#([^)\s]+))?\)/g)]
    .filter(([, file]) => !/^[a-z]+:/.test(file))
    .filter(([, file, anchor]) => {
      const target = file === '' ? join(root, path) : join(root, dirname(path), file)
      if (!existsSync(target)) return true
      if (anchor === undefined || !target.endsWith('.md')) return false
      return !anchorsOf(readFileSync(target, 'utf8')).includes(anchor)
    })
    .map(([link]) => `${path}: ${link}`)
}

test('links between pages lead to files and headings', () => {
  const listed = capture('git', ['ls-files', '*.md', 'docs/*.md', 'bench/**/*.md', 'crate/**/*.md'])
  const pages = [...new Set(listed.split('\n'))].filter((path) => existsSync(join(root, path)))
  assert.ok(pages.includes('README.md') && pages.includes('docs/architecture.md'))
  assert.deepEqual(pages.flatMap(brokenLinks), [])
})
