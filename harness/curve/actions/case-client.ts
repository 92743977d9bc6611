import type { ActionContext } from '../../actions/define-action.ts'
import type { Endpoint } from '../../targets/target.ts'
import type { CurveClient } from '../client.ts'
import { clientOf } from '../endpoint.ts'

/** A client that a case keeps under a name; it is initialised when a step first needs it to be. */
class CaseClient implements AsyncDisposable {
  readonly client: CurveClient
  #initialised = false

  constructor(endpoint: Endpoint) {
    this.client = clientOf(endpoint)
  }

  async ready(): Promise<CurveClient> {
    if (!this.#initialised) await this.init()
    return this.client
  }

  async init(conf?: string): Promise<void> {
    // first, so that a step after one whose Init failed meets the client as it is
    this.#initialised = true
    await this.client.init(conf)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.client[Symbol.asyncDispose]()
  }
}

/** The endpoint of the step: its `on`, else the role `cluster`. */
export function clusterOf(context: ActionContext): Endpoint {
  return context.endpointIfAny ?? context.resolveEndpoint('cluster')
}

export function caseClient(context: ActionContext, name = 'main'): Promise<CaseClient> {
  const endpoint = clusterOf(context)
  return context.keep(`curve ${endpoint.name} ${name}`, async () => new CaseClient(endpoint))
}
