#!/usr/bin/env bash
# A certificate authority of your own and the broker's key store: certificates.sh HOST writes ../secrets/{ca.key,ca.crt,broker.p12}.
set -euo pipefail
host=${1:?usage: certificates.sh HOST (the name under which workers reach Kafka)}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p secrets
chmod 700 secrets
cd secrets
umask 077
[ -e ca.key ] || openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj "/CN=AlphaHENG CA" -keyout ca.key -out ca.crt
password=${KEYSTORE_PASSWORD:-$(openssl rand -hex 16)}
openssl req -newkey rsa:3072 -nodes -subj "/CN=$host" -keyout broker.key -out broker.csr
openssl x509 -req -in broker.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 -out broker.crt \
  -extfile <(printf 'subjectAltName=DNS:%s,DNS:kafka' "$host")
openssl pkcs12 -export -in broker.crt -inkey broker.key -certfile ca.crt -name broker -passout "pass:$password" -out broker.p12
rm broker.key broker.csr
# The broker's container runs as another user; the folder itself stays closed to others.
chmod 644 broker.p12
[ -n "${KEYSTORE_PASSWORD-}" ] || echo "Add to secrets/env: KEYSTORE_PASSWORD=$password"
