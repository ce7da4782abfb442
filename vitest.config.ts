import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The files that take longest, longest first: begun last, one of them would keep a single worker busy at the end. */
const slowest = [
  'crash/histories',
  'ray/ray',
  'crash/pipelines',
  'crash/write-steps',
  'crash/many-hands',
  'slurm/slurm',
  'execution/edits',
  'execution/export',
  'ops/hostile',
  'cli/commands',
  'pipeline/pipeline',
  'crash/real-power-cuts',
  'crash/mutants',
  'crash/histories-mutants',
]

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = slowest.findIndex(name => moduleId.endsWith(`/test/${name}.test.ts`))
      return at < 0 ? slowest.length : at
    }
    return files.toSorted((a, b) => rank(a) - rank(b) || (a.moduleId < b.moduleId ? -1 : 1))
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/setup.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    pool: 'forks',
    maxWorkers: 2,
    // What a commit draws may leave a group of tests empty.
    passWithNoTests: true,
    sequence: { sequencer: SlowestFirst },
  },
})
