# One process of OpenDirSync for each image:
#   docker build --build-arg WORKSPACE=services/import -t opendirsync/import .
#   docker build --build-arg WORKSPACE=packages/entra-emulator --target entra-emulator -t opendirsync/entra-emulator .
# Node runs the TypeScript sources as they are, so nothing is compiled.

# The manifests alone: as long as they stay the same, the installed dependencies come from the cache.
FROM node:24-bookworm-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages packages
COPY services services
RUN find packages services -type f ! -name package.json -delete \
 && find packages services -type d -empty -delete

FROM node:24-bookworm-slim AS dependencies
ARG WORKSPACE
# For a registry behind a proxy with a CA of its own: the path of a PEM file in the base image.
ARG NODE_EXTRA_CA_CERTS
WORKDIR /app
COPY --from=manifests /app ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --workspace "${WORKSPACE:?is missing, for example services/import}"

# npm has linked the workspace and those that it depends on: the sources of these, and no others.
FROM dependencies AS sources
COPY packages packages
COPY services services
RUN mkdir /sources \
 && for link in node_modules/@opendirsync/*; do cp -r --parents "$(realpath --relative-to=. "$link")" /sources; done

FROM node:24-bookworm-slim AS process
ARG WORKSPACE
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="OpenDirSync ${WORKSPACE}" \
      org.opencontainers.image.description="Directory synchronization from Active Directory to Microsoft Entra ID" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="node:24-bookworm-slim"
# A volume that is mounted here takes over this owner, so that the emulator can write its CA to it.
RUN install -d -o node -g node /etc/opendirsync/certificates
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=sources /sources ./
WORKDIR /app/${WORKSPACE}
USER node
ENTRYPOINT ["node", "src/main.ts"]

FROM process AS entra-emulator
EXPOSE 8443
CMD ["--host", "0.0.0.0", "--port", "8443", "--host-name", "entra-emulator", "--folder", "/etc/opendirsync/certificates"]
HEALTHCHECK --interval=5s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "require('node:net').connect(8443, '127.0.0.1', () => process.exit(0)).on('error', () => process.exit(1))"]

FROM process AS service
# A service that streams holds little and drops much. Left to itself Node lets that pile up to hundreds of MiB before it
# tidies up: here the heap may grow by a fifth from one tidying to the next.
ENTRYPOINT ["node", "--max-semi-space-size=16", "--heap-growing-percent=20", "src/main.ts"]
ENV MALLOC_ARENA_MAX=2 \
    HEALTH_HOST=0.0.0.0 \
    HEALTH_PORT=8081 \
    API_HOST=0.0.0.0 \
    API_PORT=8080
EXPOSE 8080 8081
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s \
  CMD ["node", "--input-type=module", "-e", "const answer = await fetch(`http://127.0.0.1:${process.env.HEALTH_PORT}/readyz`); console.log(await answer.text()); process.exitCode = answer.ok ? 0 : 1"]
