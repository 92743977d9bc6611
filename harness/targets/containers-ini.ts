import { join } from 'node:path'

/** The file that makes the containers tier join and names its images: ASSAY_CONTAINERS_INI, else conf/containers.ini of the project. */
export function containersIni(): string {
  return process.env.ASSAY_CONTAINERS_INI || join('conf', 'containers.ini')
}
