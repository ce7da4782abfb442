import { describe, expect, it } from 'vitest'
import { type Finding, playHistory } from './histories/play.js'
import './histories/short-leases.js'
import { buildMutant, type Mutant } from './mutant.js'
import { crashSeed } from './seed.js'

/** Each undoes something that keeps a promise; which one stands before it. */
const mutants: readonly Mutant[] = [
  {
    name: 'deleting: an export is removed although it was edited',
    find: 'if (state.kind === "unchanged" && record !== void 0 && removeExport(record, displaced))',
    replace: 'if (record !== void 0 && removeExport(record, displaced))',
  },
  {
    name: 'deleting: whatever no record names is taken for an orphan',
    find: /if \(ours\.test\(plain\d*\) && isOrphan\)/,
    replace: 'if (isOrphan)',
  },
  {
    name: 'deleting: temporaries beside the export are taken for the job’s own',
    find: / && writers\?\.has\(other\) === true/,
    replace: '',
  },
  {
    name: 'resuming: temporaries of dead writers stay',
    find: /for \(const folder of own\) takeAndDiscard\([^;]*;/,
    replace: '',
  },
  {
    name: 'resuming: temporaries of lost workers stay',
    find: /clearAttempt\(foldersOf\(context, unit\), context\.job\.writer, attempt\);/,
    replace: '',
  },
  {
    name: 'own files: a lost part of the quarantine is nobody’s',
    find: /\|\| record\.quarantine\.some\(names\d*\)/,
    replace: '',
  },
  {
    name: 'own files: a line of the ledger is believed without its checksum',
    find: /bytes\.toString\("latin1", 0, sumBytes \+ 1\) !== `\$\{checksumOf\(body\)\} `/,
    replace: 'false',
  },
  {
    name: 'stale: what was skipped passes for quarantined',
    find: 'if (policy === "skip") return true;',
    replace: 'return true;',
  },
  {
    name: 'stale: the order of the export is that of the partitions',
    find: /places\d*\.sort\(\(a, b\) => a\.file[^;]*;/,
    replace: '',
  },
  {
    name: 'stale: a job knows its last export only',
    find: /return `export\/\$\{record\.target\}`;/,
    replace: 'return "export/";',
  },
]

const most = Number(process.env['PAWL_MUTANT_HISTORIES'] ?? 300)
/** All of them in the long run; two that the commit draws elsewhere, since one may take a minute to be found. */
const tried =
  process.env['PAWL_CRASH_POINTS'] === undefined
    ? [mutants[crashSeed % mutants.length], mutants[(crashSeed + 5) % mutants.length]]
    : mutants
describe('random histories can fail', () => {
  it.each(tried.map(mutant => [mutant.name, mutant] as const))(
    'they find it: %s',
    { timeout: 3_600_000 },
    async (name, mutant) => {
      const dist = buildMutant(mutant)
      let finding: Finding | undefined
      for (let history = 0; history < most && finding === undefined; history++)
        finding = await playHistory(dist, crashSeed, history)
      expect(finding, `${name}: not found in ${most} histories of seed ${crashSeed}`).toBeDefined()
      console.log(`${name}: found in history ${finding?.history}: ${finding?.problem.slice(0, 160)}`)
    },
  )
})
