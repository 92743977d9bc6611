import type { ActionContext } from '../../actions/define-action.ts'
import { type Klustron, openKlustron } from '../klustron.ts'

/** Where the actions find an installation: the metadata nodes of the file's target, or the endpoint of `on` unless that is a node of a cluster. */
export function openFor(context: ActionContext, { ignoreOn = false } = {}): Klustron {
  const metadata = context.endpointIfAny && !ignoreOn ? [context.endpointIfAny] : context.resolveEndpoints('metadata')
  return openKlustron({
    ...{ metadata, signal: context.signal, log: text => context.log(text), user: 'assay' },
    // the step's own timeout bounds its job, however long that is
    jobWithin: Number.POSITIVE_INFINITY,
  })
}
