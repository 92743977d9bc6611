export { type AssayVitest, type AssayVitestOptions, assayVitest } from './config.ts'
