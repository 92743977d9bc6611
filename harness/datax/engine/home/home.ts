import { AssayError } from '../../../errors.ts'
import type { HomeHost } from './host.ts'

/** A DataX or Addax installation on some machine, and how its Java machine is started. */
export type HomeSettings = {
  /** Absolute path there. */
  readonly path: string
  /** The Java program. Default `java`. */
  readonly java?: string
  /** Arguments of the Java machine. Default -Xms64m -Xmx1g. */
  readonly jvm?: readonly string[]
  /** How long it may go on after one of its task groups has died, in milliseconds: Addax can wait for that for ever. Default 30,000. */
  readonly patience?: number
}

export type HomeKind = 'datax' | 'addax'

export type Home = HomeSettings & {
  readonly kind: HomeKind
  readonly version: string
  readonly readers: readonly string[]
  readonly writers: readonly string[]
}

/** The environment variables that name a home, DataX's first. */
const HOME_VARIABLES = ['DATAX_HOME', 'ADDAX_HOME'] as const

export function homeOfEnvironment(env: NodeJS.ProcessEnv = process.env): HomeSettings | undefined {
  const path = HOME_VARIABLES.map(name => env[name]).find(value => value !== undefined && value !== '')
  return path === undefined ? undefined : { path }
}

/** Looks at what a folder holds (reference 6.4). Rejects with ASSAY_DATAX_HOME where it is no home. */
export async function openHome(host: HomeHost, settings: HomeSettings, signal?: AbortSignal): Promise<Home> {
  const path = settings.path.replace(/(?<=.)\/+$/, '')
  const refuse = (reason: string): AssayError =>
    new AssayError('ASSAY_DATAX_HOME', `${path} on ${host.name} is no DataX or Addax home: ${reason}`)
  if (!path.startsWith('/')) throw refuse('the path is not absolute')
  const [lib, conf, readers, writers] = await Promise.all(
    ['lib', 'conf', 'plugin/reader', 'plugin/writer'].map(folder => host.list(`${path}/${folder}`, signal)),
  )
  if (!lib) throw refuse('it has no folder lib')
  const core = lib.map(name => /^(datax|addax)-core-(.+)\.jar$/.exec(name)).find(match => match !== null)
  if (!core) throw refuse('lib holds neither datax-core nor addax-core')
  if (!conf?.includes('core.json')) throw refuse('it has no conf/core.json')
  return {
    ...settings,
    path,
    kind: core[1] as HomeKind,
    version: core[2] as string,
    readers: readers ?? [],
    writers: writers ?? [],
  }
}

const JVM = ['-Xms64m', '-Xmx1g']
const ENCODING = ['-Dfile.encoding=UTF-8', '-Dsun.stdout.encoding=UTF-8', '-Dsun.stderr.encoding=UTF-8']

/** The engine's own class, without bin/datax.py: that passes all through a shell, and its java lives on when it is killed. */
export function javaCommand(home: Home, folder: string, params: Readonly<Record<string, string>>): readonly string[] {
  const { path, kind, java = 'java', jvm = JVM } = home
  const common = [
    ...[java, ...jvm, ...ENCODING, `-D${kind}.home=${path}`, `-Dlogback.configurationFile=${folder}/logback.xml`],
    ...Object.entries(params).map(([name, value]) => `-D${name}=${value}`),
  ]
  const classpath = ['-cp', `${path}/lib/*`]
  const job = ['-job', `${folder}/job.json`]
  if (kind === 'addax')
    return [
      ...common,
      ...[
        '-Djava.security.manager=allow',
        `-Daddax.log=${folder}`,
        ...classpath,
        'com.wgzhao.addax.core.Engine',
        ...job,
      ],
    ]
  return [
    ...common,
    ...['-Dlog.file.name=job', ...classpath, 'com.alibaba.datax.core.Engine'],
    ...['-mode', 'standalone', '-jobid', '-1', ...job],
  ]
}

/** The log goes to the standard error, so that the standard output is what streamwriter prints and nothing else. */
export const LOGBACK = `<configuration>
  <appender name="STDERR" class="ch.qos.logback.core.ConsoleAppender">
    <target>System.err</target>
    <encoder class="ch.qos.logback.classic.encoder.PatternLayoutEncoder">
      <charset>UTF-8</charset>
      <pattern>%d{yyyy-MM-dd HH:mm:ss.SSS} [%thread] %-5level %logger{0} - %msg%n</pattern>
    </encoder>
  </appender>
  <root level="INFO"><appender-ref ref="STDERR"/></root>
</configuration>
`
