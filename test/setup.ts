import fc from 'fast-check'

/** Property tests draw the same cases on every run; another seed, for a longer search, comes from the environment. */
fc.configureGlobal({ seed: Number(process.env['PAWL_TEST_SEED'] ?? 20_261) })
