import type { Command } from './command.ts'

type Entry = { readonly about: string; readonly load: () => Promise<Command> }

/** Every command, in the order of `assay help`. A command's file is loaded when it is called. */
export const COMMANDS: Readonly<Record<string, Entry>> = {
  run: { about: 'run cases and write the report', load: async () => (await import('./run.ts')).run },
  list: { about: 'list cases with their files, tags and owners', load: async () => (await import('./list.ts')).list },
  check: { about: 'check case files without running them', load: async () => (await import('./check.ts')).check },
  schema: {
    about: 'print the schema of case files, for completion in editors',
    load: async () => (await import('./schema.ts')).schema,
  },
  report: {
    about: 'write the reports of a run again, or merge shards',
    load: async () => (await import('./report.ts')).report,
  },
  compare: {
    about: 'compare tables of two servers, rows or schema',
    load: async () => (await import('./compare.ts')).compare,
  },
  curve: {
    about: 'curve io: run I/O on a Curve volume and verify every block',
    load: async () => (await import('./curve.ts')).curve,
  },
  transfer: {
    about: 'move tables between PostgreSQL or Greenplum servers, whole and verified',
    load: async () => (await import('./transfer.ts')).transfer,
  },
  openstore: {
    about: 'try the endpoint rules on an openstore deployment',
    load: async () => (await import('./openstore.ts')).openstore,
  },
  up: { about: 'start a target and keep it up until Ctrl-C', load: async () => (await import('./up.ts')).up },
  setup: {
    about: 'bring the software that targets and tests need',
    load: async () => (await import('./setup.ts')).setup,
  },
  datax: { about: 'check and run DataX jobs', load: async () => (await import('./datax.ts')).datax },
  doctor: {
    about: 'say what is here, what is missing, and what to do',
    load: async () => (await import('./doctor.ts')).doctor,
  },
}

export function loadCommand(name: string): Entry['load'] | undefined {
  return Object.hasOwn(COMMANDS, name) ? COMMANDS[name]?.load : undefined
}
