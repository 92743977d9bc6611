import { rdbmsReader } from '../reader.ts'
import { rdbmsWriter } from '../writer.ts'
import { postgresDriver } from './driver.ts'

export const postgresReader = rdbmsReader('postgresqlreader', postgresDriver)
export const postgresWriter = rdbmsWriter('postgresqlwriter', postgresDriver)
