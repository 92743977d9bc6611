import type { Profile } from '../model.ts'
import type { Metadata } from './metadata.ts'

/** Which product line wrote these metadata: community 1.0 has no tables for rcr (reference 2.4 and 6.9). */
export async function profileOf(metadata: Metadata): Promise<Profile> {
  const rows = await metadata.query(
    `SELECT 1 AS known FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'cluster_rcr_infos'`,
  )
  return rows.length > 0 ? 'enterprise' : 'community10'
}
