/** Every code that an error of Pawl can carry, by the class of the error, with what it means and what to do. */
export const errorCodes = {
  RecipeError: {
    bad_recipe:
      'The recipe, or a setting beside it, is wrong. `problems` says everything that is, each with its place and remedy. Nothing was done.',
  },
  UsageError: {
    bad_usage: 'A function or command was asked for something that is not there. The message names what is.',
  },
  InputError: {
    missing: 'An input does not exist: check dataset_path.',
    not_permitted: 'An input may not be read by this user: grant it.',
    no_files: 'A folder or pattern holds no file that can be read: check it, and `suffixes`.',
    special_file: 'An input is no regular file but a pipe, a socket or a device: write what it gives to a file.',
    listed_twice: 'A file is named twice, so that its samples would count double: name it once.',
    wrong_kind:
      'A file is of another kind than its name says (compressed, UTF-16, a pointer): the message says what to do.',
    unknown_format: 'A file has no known suffix, and its content tells nothing: rename it.',
    bad_dataset_path: 'dataset_path, or a weight in it, makes no sense: correct it.',
    bad_cut: 'A file no longer has the parts that were planned: run again, it is cut anew.',
    corrupt: 'A file is damaged or not of its format: replace it, or leave it out.',
    truncated: 'A file is incomplete: fetch or write it again.',
    changed: 'A file became shorter while it was read: let its writer finish, then run again.',
    unsupported: 'A file uses what Pawl does not read, which the message names: convert it.',
  },
  JobLockedError: {
    job_locked: 'Another process runs the job. Wait for it, or stop it.',
  },
  JobFormatError: {
    job_format: 'Another version of Pawl began the job. The message says which one can finish it. Nothing was changed.',
  },
  LeaseLost: {
    lease_lost: 'Another process took the job over, or the file of the lease was removed. What is committed stays.',
  },
  JobLeft: {
    left: 'With `--leave_when_idle`: others hold all that is left. With `shard: hash`: this share is done, and others are missing. The job is not complete; run it again, or leave it to them.',
  },
  JobFailure: {
    cut_lost: 'The cut that the processes on this job work on is damaged: wait until they are done, then run it again.',
    partitions_failed:
      'Several partitions could not be finished; the others are. The message says why: remove the causes, run again.',
    input_changed: 'A file changed while the job was running: run again once nobody writes to it.',
    input_unstable: 'A file holds something else each time it is read: see who writes to it, and check its disk.',
    damaged_again: 'Files of the job are damaged again and again: check the disk that they are on.',
    export_taken: 'Another job or program wrote to export_path meanwhile: choose another name, or move that away.',
    sample_failed: 'An operator failed on a sample, and `on_error` is `fail`: mend the sample, or choose `quarantine`.',
    too_many_set_aside:
      'More samples were set aside than `max_quarantine_ratio` allows: the message says why and what to do.',
    all_set_aside: 'All of the first samples were set aside: the message says why and what to do.',
    operator_changed:
      'What an operator reads beside samples changed during the run: run again once nobody writes to it.',
    worker_lost: 'A unit lost its worker too often: see the log of the worker, and the limits under `worker`.',
    no_ray: 'The Python that drives Ray has no module `ray`, or is not there: the message says what to install.',
    no_cluster: 'No Ray cluster answers at `ray_address`, or its version of Ray or Python is another: see the message.',
    ray_unfit:
      'A node of the Ray cluster cannot run workers: no Node, another Pawl, or it does not see the work dir. The message names each with its remedy.',
    ray_no_room:
      'The Ray cluster had no room for a single worker for ten minutes: see `ray status`, and the keys under `ray`.',
    ray_lost: 'The Ray cluster, or the way to it, was lost and did not come back: run it again once it is there.',
    source_failed: 'The stage that gives the sources failed: the message says why.',
    stage_failed: 'A stage could not be loaded or set up: the message says why.',
    damaged_checkpoint:
      'A file of the job is not what was committed. It is set aside and redone when the job is run again.',
    checksum_conflict: 'An operator gives varying results: declare it `deterministic: false`, or raise its version.',
    unexpected: 'A defect of Pawl or of a custom operator: the message is all that is known.',
    'not_json, not_utf8, too_large, bad_value':
      'A record is not valid, and `on_error` is `fail`: mend it, or choose `quarantine`.',
    'ENOSPC, EACCES, EIO, …':
      "The system's own code where a disk is full, a right is missing or a device fails: remove the cause, run again.",
  },
  JobStopped: {
    stopped: 'The signal stopped the job. What is committed stays; run it again to go on.',
  },
  SampleError: {
    field_not_text: 'A field holds no text where an operator needs it.',
    not_json: 'A record is no JSON object.',
    not_utf8: 'A record is not UTF-8.',
    too_large: 'A record is larger than `max_sample_mb`.',
    bad_value: 'A value cannot be worked with, as the message says.',
    bad_file: 'A file that a sample names holds nothing that the operator can measure.',
    file_missing: 'A sample names a file that is not there. Once it is, the job run again measures it.',
    killed_worker: 'Workers died of this sample alone, again and again.',
  },
  OperatorTestError: {
    operator_test_failed: '`testOperator` found cases that come out otherwise; `problems` says which and how.',
  },
} as const
