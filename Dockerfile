# The command line as an image: docker build -t assay . && docker run --rm --network host assay transfer …
# Everything is pinned: npm packages by package-lock.json, Node by the base image. Another base image (a mirror, a hardened one with
# Node 24) is given with --build-arg BASE=….
ARG BASE=docker.io/library/node:24.21.0-bookworm-slim

FROM ${BASE} AS build
WORKDIR /assay
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
# not `npm run`: the package `node`, whose script did not run, would come first in its PATH
RUN node scripts/build.ts && npm prune --omit=dev --omit=optional --ignore-scripts

FROM ${BASE}
ENV NODE_ENV=production
WORKDIR /assay
COPY --from=build /assay/package.json ./
COPY --from=build /assay/node_modules ./node_modules
COPY --from=build /assay/dist ./dist
# Passwords come in as ASSAY_SOURCE_PASSWORD and so on, never as arguments.
USER node
ENTRYPOINT ["node", "/assay/dist/harness/cli/main.js"]
CMD ["help"]
