import '../../small-buckets.js'

// A lease whose file was damaged is watched until it expires; here that is soon. To be imported before the program is.
process.env['PAWL_LEASE_BEAT_MS'] = '40'
process.env['PAWL_LEASE_EXPIRY_MS'] = '250'
