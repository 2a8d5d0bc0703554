/** The version that NodeInfo and the User-Agent header tell; the same as in package.json. */
export const version = '0.1.0';

/** How we name ourselves to other servers. */
export const userAgent = (origin: URL): string => `fediverse-sharing/${version} (+${origin.href})`;
