/** The simulated campaign service provider, in the registry's form of an id. */
export const CSP_ID = 'SSIMUL8'
