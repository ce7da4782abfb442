/** The descriptor of a worker's pipe from who started it; it ends when that does. The fifth, unless the environment says otherwise. */
export const lifelineFd = Number(process.env['PAWL_LIFELINE_FD'] ?? 4)
