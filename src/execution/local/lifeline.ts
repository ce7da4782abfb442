/** The descriptor of a worker's pipe from its coordinator; it ends when the coordinator does. */
export const lifelineFd = 4
