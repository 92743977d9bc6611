import { ActionError, type ActionErrorOptions } from '../errors.ts'

/** What DataX means by the codes that the in-process engine gives (reference: FrameworkErrorCode, CommonErrorCode, DBUtilErrorCode, …). */
export const DATAX_CODES = {
  'Framework-02': 'the engine failed while running',
  'Framework-03': 'the job is not configured in a way that the engine accepts',
  'Framework-11': 'something the job names was not found',
  'Framework-12': 'a plugin could not be loaded',
  'Framework-13': 'a plugin failed while running',
  'Framework-14': 'more dirty records than the job allows',
  'Framework-15': 'reader and writer do not split into the same number of tasks',
  'Framework-143': 'the job was stopped',
  'Common-00': 'a value of the job has the wrong type',
  'Common-01': 'a value cannot be converted',
  'Common-02': 'a value overflows the type it is converted to',
  'DBUtilErrorCode-00': 'the job and the database do not fit each other',
  'DBUtilErrorCode-01': 'the columns are not configured correctly',
  'DBUtilErrorCode-02': 'a parameter has a value that is not allowed',
  'DBUtilErrorCode-03': 'a required parameter is missing or blank',
  'DBUtilErrorCode-04': 'the splitPk is not usable',
  'DBUtilErrorCode-05': 'writing failed',
  'DBUtilErrorCode-06': 'a statement failed',
  'DBUtilErrorCode-07': 'reading failed',
  'DBUtilErrorCode-08': 'table and querySql are mixed',
  'DBUtilErrorCode-09': 'neither table nor querySql is given',
  'DBUtilErrorCode-10': 'no connection to the database',
  'DBUtilErrorCode-12': 'a column type is not supported',
  'StreamReader-00': 'a required parameter of streamreader is missing',
  'StreamReader-01': 'a parameter of streamreader has a value that is not allowed',
  'StreamReader-02': 'streamreader does not know this column type',
  'StreamWriter-00': 'streamwriter failed',
  'StreamWriter-01': 'a parameter of streamwriter has a value that is not allowed',
  'StreamWriter-02': 'streamwriter could not write its file',
  'TxtFileReader-00': 'a required parameter of txtfilereader is missing',
  'TxtFileReader-01': 'a parameter of txtfilereader has a value that is not allowed',
  'TxtFileReader-02': 'a column of txtfilereader has both index and value, or neither',
  'TxtFileReader-04': 'the directory to read does not exist',
  'TxtFileReader-11': 'no file matches the path',
  'UnstructuredStorageReader-03': 'the delimiter is not one character',
  'UnstructuredStorageReader-06': 'a file could not be read',
  'UnstructuredStorageWriter-00': 'a parameter of the file writer has a value that is not allowed',
  'TxtFileWriter-00': 'a parameter of txtfilewriter has a value that is not allowed',
  'TxtFileWriter-01': 'a required parameter of txtfilewriter is missing',
  'TxtFileWriter-02': 'the path of txtfilewriter cannot be used as asked',
  'TxtFileWriter-03': 'txtfilewriter could not write its file',
  'TransformerErrorCode-03': 'there is no such transformer',
  'TransformerErrorCode-05': 'a parameter of a transformer is missing or not allowed',
  'TransformerErrorCode-07': 'a Groovy transformer cannot be run',
} as const

export type DataxCode = keyof typeof DATAX_CODES

/** A failure with DataX's own code, as `Code:[Framework-03], Description:[…].  - …` in its log. */
export class DataxError extends ActionError {
  readonly dataxCode: string
  /** The sentence behind the code. */
  readonly detail: string

  constructor(code: DataxCode, detail: string, options: ActionErrorOptions = {}) {
    super('ASSAY_DATAX', `${code}: ${detail}`, {
      systemCode: code,
      class: code.toLowerCase().replaceAll('-', '_'),
      ...options,
    })
    this.name = 'DataxError'
    this.dataxCode = code
    this.detail = detail
  }

  /** As DataX prints it. */
  get logged(): string {
    return `Code:[${this.dataxCode}], Description:[${DATAX_CODES[this.dataxCode as DataxCode]}].  - ${this.detail}`
  }
}

/** The same error where it is DataX's own; anything else under Framework-02. */
export function toDataxError(error: unknown, code: DataxCode = 'Framework-02'): DataxError {
  if (error instanceof DataxError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new DataxError(code, message, { cause: error })
}
