# AutoReport in a container: built from source, run as an unprivileged user on a read-only root.
#   docker build -t autoreport .        podman build -t autoreport .        make image

FROM debian:bookworm-slim AS build
WORKDIR /src
COPY scripts scripts
COPY .cargo .cargo
COPY Cargo.toml Cargo.lock ./
# The compiler and the page tools change seldom: a layer of their own.
RUN scripts/setup.sh run
COPY app app
COPY server server
COPY migration migration
COPY style style
COPY public public
RUN scripts/build.sh dist

FROM debian:bookworm-slim
# Git pushes the archive; the certificates are for the push and for nothing else: mail has its own. The fonts are for
# names in charts and PDF files; those of Chinese, Japanese and Korean (90 MB) are mounted where they are needed (README).
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends ca-certificates fonts-noto-core git openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin autoreport \
 && install -d -o autoreport -g autoreport -m 0700 /data
COPY --from=build /src/target/dist/autoreport /app/autoreport
COPY --from=build /src/target/dist/site /app/site
USER 10001
WORKDIR /app
ENV AUTOREPORT_ADDR=0.0.0.0:3000 \
    AUTOREPORT_DATA_DIR=/data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["/app/autoreport", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/autoreport"]
CMD ["serve"]
