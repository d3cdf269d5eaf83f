/** The strong tag of what a client can edit: the profile and its own brand, which share one version (decision 26). */
export function profileEtag({ id, version }: { id: string; version: number }): string {
  return `"${id}.${version}"`
}

/** The strong tag of what a client can edit of a contact. */
export function contactEtag({ id, version }: { id: string; version: number }): string {
  return `"${id}.${version}"`
}

/** The version that a tag of this profile names, or null. */
export function versionOfEtag(etag: string, profileId: string): number | null {
  const found = /^"([0-9a-f-]{36})\.([1-9]\d{0,15})"$/.exec(etag)
  return found !== null && found[1] === profileId ? Number(found[2]) : null
}
