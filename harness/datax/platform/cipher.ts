import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { AssayError } from '../../errors.ts'
import { Secret } from '../../log/secret.ts'

/** The environment variable that holds the key under which passwords are stored. */
const KEY_VARIABLE = 'ASSAY_DATAX_KEY'
const FORM = 'v1'

/** Encrypts what the platform stores (AES-256-GCM). */
export class Cipher {
  readonly #key: Buffer

  private constructor(key: Buffer) {
    this.#key = key
  }

  /** The key of the environment, else of a file that only its owner may read; the file is made when it is missing. */
  static open(file: string): Cipher {
    const given = process.env[KEY_VARIABLE]
    if (given) return new Cipher(createHash('sha256').update(given).digest())
    makeOnce(file, randomBytes(32).toString('base64'))
    if ((statSync(file).mode & 0o077) !== 0)
      throw new AssayError('ASSAY_CONFIG_VALUE', `${file} holds a key, and others may read it`, {
        hint: `chmod 600 ${file}`,
      })
    return new Cipher(createHash('sha256').update(readFileSync(file)).digest())
  }

  seal(secret: Secret): string {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv)
    const sealed = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()])
    return [FORM, ...[iv, cipher.getAuthTag(), sealed].map(part => part.toString('base64'))].join(':')
  }

  /** Throws where the key is not the one that sealed it. */
  open(text: string): Secret {
    const [form, iv, tag, sealed] = text.split(':')
    if (form !== FORM || !iv || !tag || sealed === undefined)
      throw new AssayError('ASSAY_CONFIG_VALUE', 'a stored password has an unknown form')
    const decipher = createDecipheriv('aes-256-gcm', this.#key, Buffer.from(iv, 'base64'))
    decipher.setAuthTag(Buffer.from(tag, 'base64'))
    try {
      return new Secret(
        Buffer.concat([decipher.update(Buffer.from(sealed, 'base64')), decipher.final()]).toString('utf8'),
      )
    } catch (error) {
      throw new AssayError(
        'ASSAY_CONFIG_VALUE',
        `a stored password was sealed with another key than ${KEY_VARIABLE} or the key file`,
        { cause: error },
      )
    }
  }
}

/** Two servers may begin at once: one makes the file, and neither sees half of it. */
function makeOnce(file: string, text: string): void {
  if (statSync(file, { throwIfNoEntry: false })) return
  const own = `${file}.${process.pid}`
  try {
    writeFileSync(own, text, { mode: 0o600, flush: true })
    linkSync(own, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(own, { force: true })
  }
}
