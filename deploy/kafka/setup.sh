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

# The coordinator: creates its topics, and is the only one that writes the event log and assignments, in transactions.
kafka kafka-acls.sh --add --allow-principal User:coordinator --topic heng. --resource-pattern-type prefixed \
  --operation Read --operation Write --operation Create --operation Delete --operation Describe --operation DescribeConfigs \
  --operation AlterConfigs
kafka kafka-acls.sh --add --allow-principal User:coordinator --group heng- --resource-pattern-type prefixed --operation Read
kafka kafka-acls.sh --add --allow-principal User:coordinator --transactional-id heng --resource-pattern-type prefixed \
  --operation Write --operation Describe
kafka kafka-acls.sh --add --allow-principal User:coordinator --cluster --operation IdempotentWrite --operation Describe

# A worker: reads assignments; writes reports and output. It cannot write the event log, so it cannot forge a result's fate.
kafka kafka-acls.sh --add --allow-principal User:worker --topic heng.assignments --operation Read --operation Describe
kafka kafka-acls.sh --add --allow-principal User:worker --topic heng.reports --operation Write --operation Describe
kafka kafka-acls.sh --add --allow-principal User:worker --topic heng.logs --operation Write --operation Describe
kafka kafka-acls.sh --add --allow-principal User:worker --cluster --operation IdempotentWrite
