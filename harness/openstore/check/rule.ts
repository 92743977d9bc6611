import type { World } from './world.ts'

/** One rule of the reference for one endpoint. */
export type Rule = {
  /** Number of the endpoint in seed 004; 0 for what holds for all. */
  readonly endpoint: number
  readonly rule: string
  /** Resolves where it holds; throws Differs where it does not. */
  readonly run: (world: World) => Promise<void>
}

export const ENDPOINTS: Readonly<Record<number, string>> = {
  0: 'all endpoints',
  1: 'GET /pools',
  2: 'GET /pools/{pool_id}',
  3: 'PUT /pools',
  4: 'DELETE /pools',
  5: 'GET /sets',
  6: 'GET /sets/{set_id}',
  7: 'PUT /sets',
  8: 'DELETE /sets/{set_id}',
  9: 'GET /blocks',
  10: 'GET /blocks/{block_id}',
  11: 'PUT /blocks',
  12: 'DELETE /blocks/{block_id}',
  13: 'POST /blocks/{id}?action=upload',
  14: 'POST /blocks/{id}?action=copy',
  15: 'POST /blocks/{id}?action=move',
  16: 'POST /blocks/{id}?action=restore',
  17: 'GET /cdm_instances',
  18: 'GET /cdm_instances/{ins-id}',
  19: 'PUT /cdm_instances',
  20: 'DELETE /cdm_instances/{ins-id}',
}

/** The service answers otherwise than the reference says. */
export class Differs extends Error {}

/** The service has no such endpoint: 404, 405 or 501 where it must do something. */
export class NotImplemented extends Error {}

export function must(condition: boolean, otherwise: string): void {
  if (!condition) throw new Differs(otherwise)
}
