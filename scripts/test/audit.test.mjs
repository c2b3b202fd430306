import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeDeny, judgeSignatures } from '../audit.mjs'

test('cargo deny passes, fails, or was not asked', () => {
  const judge = (status, stderr) => judgeDeny({ status, stderr })
  assert.equal(judge(0, ''), 'passed')
  assert.equal(judge(1, 'error[rejected]: failed to satisfy license requirements'), 'failed')
  assert.equal(judge(1, 'error[vulnerability]: use after free'), 'failed')
  assert.match(judge(101, 'error: no such command: `deny`'), /is not installed/)
  assert.match(judge(1, '[ERROR] failed to fetch advisory database'), /cannot be reached/)
  assert.match(judge(null, ''), /in time/)
})

test('signatures pass, fail, or were not asked for', () => {
  const judge = (status, stdout) => judgeSignatures({ status, stdout })
  assert.equal(judge(0, '{"invalid":[],"missing":[]}'), 'passed')
  assert.equal(judge(1, '{"invalid":[{"name":"a"}],"missing":[]}'), 'failed')
  assert.match(judge(1, '{"invalid":[],"missing":[{"name":"a"}]}'), /no signatures of 1 packages/)
  assert.match(judge(1, '{"error":{"code":"ENOTFOUND"}}'), /does not answer/)
  assert.match(judge(1, ''), /does not answer/)
  assert.match(judge(null, ''), /in time/)
})
