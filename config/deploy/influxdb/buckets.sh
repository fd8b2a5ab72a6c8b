#!/bin/bash
# Run by InfluxDB's image once, after its set-up: the bucket of the rollups, and a user for Grafana who may only read.
set -euo pipefail

influx bucket create --name "${DOCKER_INFLUXDB_INIT_BUCKET}_rollup" --org "$DOCKER_INFLUXDB_INIT_ORG" --retention 0
rollups=$(influx bucket list --name "${DOCKER_INFLUXDB_INIT_BUCKET}_rollup" --hide-headers | cut -f 1)
influx v1 auth create --org "$DOCKER_INFLUXDB_INIT_ORG" --username grafana \
  --password "$(cat /run/secrets/grafana_influx_password)" \
  --read-bucket "$DOCKER_INFLUXDB_INIT_BUCKET_ID" --read-bucket "$rollups"
