/** Places in an action of the reference service where a node can be made to stand still, so that a case can end it exactly there. */
export const HOLD_POINTS = {
  'write.begun': 'a content has its first chunk',
  'write.before_commit': 'a content is written, and cannot be seen yet',
  'write.after_commit': 'a content is there, and the center has not heard of it',
  'part.before_commit': 'a part of an upload is written, and not yet counted',
  'remove.begun': 'before the data of a version are freed',
  'destroy.begun': 'before a pool is removed',
  'load.begun': 'before an instance is opened',
  'load.done': 'an instance is loaded, and the center has not heard of it',
  'freeze.begun': 'an instance that is to be kept has lost its clients',
  'unload.begun': 'before an instance is removed',
  'unload.done': 'an instance is removed, and the center has not heard of it',
} as const

export type HoldPoint = keyof typeof HOLD_POINTS
