// Few signatures are enough for a decision to be made in buckets. To be imported before the program is.
process.env['PAWL_BUCKET_BYTES'] = '300'
