/**
 * A reporter for node's test runner: one line per test file, failures in full, and the runner's own totals as `# name n`
 * lines at the end. What a test file printed is shown only when one of its tests failed; files that share a process share
 * what is printed too.
 */
import { relative, resolve } from 'node:path'
import { inspect } from 'node:util'

const totals = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/

/** @param {AsyncIterable<{ type: string, data: any }>} events */
export default async function* report(events) {
  const closing = new Map()
  const printed = new Map()
  let lastToPrint
  let current = newFile(undefined)
  for await (const { type, data } of events) {
    if (type === 'test:diagnostic' && data.nesting === 0 && totals.test(data.message)) {
      closing.set(data.message.split(' ')[0], `# ${data.message}\n`)
    } else if (type === 'test:stdout' || type === 'test:stderr') {
      lastToPrint = resolve(data.file)
      printed.set(lastToPrint, (printed.get(lastToPrint) ?? '') + data.message)
    } else if (type === 'test:pass' || type === 'test:fail') {
      if (data.file !== current.file) {
        yield closeFile(current, printed, lastToPrint)
        current = newFile(data.file)
      }
      record(current, type === 'test:pass', data)
    }
  }
  yield closeFile(current, printed, lastToPrint)
  yield [...closing.values()].join('')
}

function newFile(file) {
  return { file, passed: 0, milliseconds: 0, failures: [] }
}

function record(current, isPass, data) {
  if (data.nesting === 0) current.milliseconds += data.details.duration_ms
  if (isPass && data.details.type !== 'suite') current.passed += 1
  if (!isPass && !isSubtestEcho(data.details.error)) current.failures.push(data)
}

/** A suite or parent that failed only because something inside it did, which has its own entry. */
function isSubtestEcho(error) {
  return error?.failureType === 'subtestsFailed'
}

function closeFile({ file, passed, milliseconds, failures }, printed, lastToPrint) {
  if (file === undefined) return ''
  const name = relative(process.cwd(), file)
  const seconds = `${(milliseconds / 1000).toFixed(1)} s`
  if (failures.length === 0) return `ok    ${name}  ${passed} tests  ${seconds}\n`
  const details = failures.map(({ name: title, line, details: { error } }) => {
    const cause = error.cause ?? error
    const text = inspect(cause, { depth: 8, maxStringLength: 4_000 })
    return `  - ${title}${line === undefined ? '' : ` (line ${line})`}\n${indent(text, 6)}\n`
  })
  const said = (printed.get(resolve(file)) ?? printed.get(lastToPrint) ?? '').trimEnd().slice(-20_000)
  const output = said === '' ? '' : `  printed by its process:\n${indent(said, 6)}\n`
  return `FAIL  ${name}  ${passed} passed, ${failures.length} failed  ${seconds}\n${details.join('')}${output}`
}

function indent(text, columns) {
  return text.replaceAll(/^/gm, ' '.repeat(columns))
}
