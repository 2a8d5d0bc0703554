/** Requests to one server in a second while a removal is asked for, as production is set. */
export const removalsPerSecond = 3;
