# syntax=docker/dockerfile:1
# Two images: `hoso`, the one program (every service, the embedded mode, the tools), and `broker`,
# nats-server with a store that it may write without being root. docker-compose.yml builds both.

ARG RUST_VERSION=1.95.0
ARG DEBIAN_RELEASE=bookworm
ARG NATS_VERSION=2.15.1

# ---- the program --------------------------------------------------------------------------------
FROM rust:${RUST_VERSION}-slim-${DEBIAN_RELEASE} AS build
SHELL ["/bin/bash", "-o", "errexit", "-o", "pipefail", "-c"]
ARG RUST_VERSION
# The image's toolchain is the project's; its lint tools are not needed here.
ENV RUSTUP_TOOLCHAIN=${RUST_VERSION}
WORKDIR /source
COPY . .
# Told by `hoso --version` and /version; of no consequence otherwise.
ARG HOSO_COMMIT=
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/source/target,sharing=locked \
    if [ -n "$HOSO_COMMIT" ]; then export HOSO_COMMIT; else unset HOSO_COMMIT; fi; \
    cargo build --locked --release -p hoso; \
    install -D --mode=0755 target/release/hoso /out/usr/local/bin/hoso; \
    install -D --mode=0644 LICENSE /out/usr/share/licenses/hoso/LICENSE; \
    deploy/gather-licences /out/usr/share/licenses

# ---- nats-server --------------------------------------------------------------------------------
FROM nats:${NATS_VERSION}-alpine AS broker
RUN install -d -o 10001 -g 10001 -m 0700 /data
USER 10001:10001

# ---- what runs ----------------------------------------------------------------------------------
FROM debian:${DEBIAN_RELEASE}-slim AS hoso
ARG HOSO_VERSION=0.1.0
ARG HOSO_COMMIT=
LABEL org.opencontainers.image.title="hoso" \
      org.opencontainers.image.description="Commendation dossiers on an append-only record" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${HOSO_VERSION}" \
      org.opencontainers.image.revision="${HOSO_COMMIT}"
COPY --from=build /out/ /
# A volume laid here is owned by who uses it.
RUN install --directory --owner=10001 --group=10001 --mode=0700 /data /backup /archive /keys /person-keys
USER 10001:10001
ENV HOSO_DATA=/data \
    HOSO_LISTEN=0.0.0.0:8080
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 CMD ["hoso", "health"]
ENTRYPOINT ["hoso"]
CMD ["--help"]
