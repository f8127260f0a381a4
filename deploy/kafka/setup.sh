#!/usr/bin/env bash
# Rights in Kafka; running it again is harmless.
#   setup.sh              once on the host, after 'docker compose up -d': the coordinator's rights
#   setup.sh worker ID    a user 'worker-ID' with the rights of a worker and a new password, which it prints. Only where the
#                         coordinator does not do that itself when a worker enrols (HENG_ENROLMENT_KAFKA_USERS).
#   setup.sh remove ID    takes that user away
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
set -a
. secrets/env
set +a

kafka() { docker compose exec -T kafka "/opt/kafka/bin/$1" --bootstrap-server kafka:9092 --command-config /tmp/admin.properties "${@:2}"; }

# rights --add|--remove ROLE USER: each line of acls.txt for ROLE, given to USER or taken away.
rights() {
  while read -r role resource pattern name operations; do
    [ "$role" = "$2" ] || continue
    arguments=("$1" --allow-principal "User:$3" --resource-pattern-type "$pattern")
    [ "$1" = --add ] || arguments+=(--force)
    if [ "$resource" = cluster ]; then arguments+=(--cluster); else arguments+=("--$resource" "$name"); fi
    for operation in ${operations//,/ }; do arguments+=(--operation "$operation"); done
    kafka kafka-acls.sh "${arguments[@]}" </dev/null
  done < kafka/acls.txt
}

docker compose exec -T kafka sh -c 'cat > /tmp/admin.properties' <<EOT
security.protocol=SASL_PLAINTEXT
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="$COORDINATOR_PASSWORD";
EOT

case ${1-} in
  '') rights --add coordinator coordinator ;;
  worker)
    user=worker-${2:?usage: setup.sh worker ID}
    password=$(openssl rand -hex 32)
    kafka kafka-configs.sh --alter --entity-type users --entity-name "$user" \
      --add-config "SCRAM-SHA-512=[iterations=8192,password=$password]"
    rights --add worker "$user"
    echo "sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username=\"$user\" password=\"$password\";"
    ;;
  remove)
    user=worker-${2:?usage: setup.sh remove ID}
    kafka kafka-configs.sh --alter --entity-type users --entity-name "$user" --delete-config SCRAM-SHA-512
    rights --remove worker "$user"
    ;;
  *) echo "usage: setup.sh [worker ID | remove ID]" >&2; exit 2 ;;
esac
