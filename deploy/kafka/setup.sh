#!/usr/bin/env bash
# Rights on the topics, and the workers' user. Run once on the host, after 'docker compose up -d'; running it again is harmless.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
set -a
. secrets/env
set +a

kafka() { docker compose exec -T kafka "/opt/kafka/bin/$1" --bootstrap-server kafka:9092 --command-config /tmp/admin.properties "${@:2}"; }

docker compose exec -T kafka sh -c 'cat > /tmp/admin.properties' <<EOF
security.protocol=SASL_PLAINTEXT
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="broker" password="$COORDINATOR_PASSWORD";
EOF

kafka kafka-configs.sh --alter --entity-type users --entity-name worker \
  --add-config "SCRAM-SHA-512=[iterations=8192,password=$WORKER_PASSWORD]"

# Each line of acls.txt.
while read -r principal resource pattern name operations; do
  case $principal in ''|'#'*) continue ;; esac
  arguments=(--add --allow-principal "User:$principal" --resource-pattern-type "$pattern")
  if [ "$resource" = cluster ]; then arguments+=(--cluster); else arguments+=("--$resource" "$name"); fi
  for operation in ${operations//,/ }; do arguments+=(--operation "$operation"); done
  kafka kafka-acls.sh "${arguments[@]}" </dev/null
done < kafka/acls.txt
