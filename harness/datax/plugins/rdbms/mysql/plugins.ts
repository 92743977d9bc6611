import { rdbmsReader } from '../reader.ts'
import { rdbmsWriter } from '../writer.ts'
import { mysqlDriver } from './driver.ts'

export const mysqlReader = rdbmsReader('mysqlreader', mysqlDriver)
export const mysqlWriter = rdbmsWriter('mysqlwriter', mysqlDriver)
