#!/usr/bin/env bash
# Makes the secrets that compose.yaml mounts, once: what is there already stays. Nothing is printed.
#
# The folder may be entered by its owner only. Files that containers of other users read (Grafana, InfluxDB) are 0644
# inside of it; that of tepos is 0600, and its container runs as the owner. No secret holds a $: Grafana would mangle it.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")"

install -d -m 700 secrets
make() {  # NAME MODE VALUE
  [[ -e secrets/$1 ]] || (umask 077 && printf '%s\n' "$3" >"secrets/$1")
  chmod "$2" "secrets/$1"
}
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

make influx_user 644 commune
make influx_password 644 "$(random)"
make influx_admin_token 644 "$(random)$(random)"
# The same token: InfluxDB lets nobody choose another one. Better: once it runs, `influx auth create` with --write-bucket
# and --read-bucket for both buckets, and put that token here.
make influx_token 600 "$(cat secrets/influx_admin_token)"
make grafana_admin 644 "$(random)"
make grafana_influx_password 644 "$(random)"
if [[ ! -e .env ]]; then
  printf 'TEPOS_UID=%s\nTEPOS_ALERT_MAIL=%s\n' "$(id -u)" "${1:-technique@example.org}" >.env
fi
printf 'secrets: %s\n.env: write there who gets the mails of Grafana (TEPOS_ALERT_MAIL)\n' "$PWD/secrets" >&2
