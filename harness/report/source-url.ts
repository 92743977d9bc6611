/**
 * What the address of a source file begins with: on GitHub and GitLab the file at this commit, so that a summary shown
 * by the CI has links that work; elsewhere the way from the run folder to the project.
 */
export function sourceUrl(environment: NodeJS.ProcessEnv, fromFolder: string): string {
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_SHA, CI_PROJECT_URL, CI_COMMIT_SHA } = environment
  if (GITHUB_SERVER_URL && GITHUB_REPOSITORY && GITHUB_SHA) {
    return `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/blob/${GITHUB_SHA}/`
  }
  if (CI_PROJECT_URL && CI_COMMIT_SHA) return `${CI_PROJECT_URL}/-/blob/${CI_COMMIT_SHA}/`
  return fromFolder === '' ? '' : `${fromFolder}/`
}
