# The image holds one binary and runs it as a user of its own; its data live on the volume /data.
FROM rust:1.95-slim-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /ezqr
# .cargo/config.toml sets the compile flags of SQLite.
COPY . .
RUN cargo build --release --locked --bin ezqr

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --create-home --home-dir /data ezqr
COPY --from=build /ezqr/target/release/ezqr /usr/local/bin/ezqr
USER ezqr
VOLUME /data
# 8080 serves; 9464 is for Prometheus and is not to be published.
EXPOSE 8080 9464
ENV EZQR__HTTP__LISTEN=0.0.0.0:8080 \
    EZQR__STORE__DATA_DIRECTORY=/data/ezqr-data \
    EZQR__TELEMETRY__METRICS_LISTEN=0.0.0.0:9464
STOPSIGNAL SIGTERM
ENTRYPOINT ["ezqr"]
CMD ["serve"]
