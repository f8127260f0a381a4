#!/usr/bin/env bash
# Measures this engine against llama.cpp in turns on this machine, at equal bits per weight; see README.md here.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../build-tools/launch.sh"
launch_jdk
launch_build engine inference-engine "inference-engine/pom.xml inference-engine/src/main" \
  "inference-engine/target/inference-engine-0.1.0.jar inference-engine/target/lib"
export ENGINE_CLASSPATH="$BUILD/inference-engine/target/inference-engine-0.1.0.jar:$BUILD/inference-engine/target/lib/*"
exec "$JAVA" "$ROOT/inference-engine/bench/CompareLlama.java" "$JAVA" "$ROOT/inference-engine/bench/MarlinRun.java" "$@"
