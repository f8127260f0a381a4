# Sourced by ./heng: `heng test`.

test_help() {
  cat <<'HELP'
Usage: heng test [--fast] [MAVEN OPTIONS...]
Compiles everything and runs the tests, in every module.
  --fast   leaves out tests tagged "slow" (whole processes, browser, long simulations)
Other options go to Maven, such as -pl coordinator -am.
Exit codes: 0 all passed, 1 something failed, 3 no JDK 25.
HELP
}

# Prints what optional parts of the tests will run here, and why others will not.
optional_parts() {
  say "Optional parts of the tests:"
  part() { say "  $1: $2"; }
  if docker info >/dev/null 2>&1; then
    part "Kafka in a container" "the tests over Kafka run a second time, on the official image"
  else
    part "Kafka in a container" "left out, no Docker answers (the embedded broker runs the same tests)"
  fi
  local browser
  browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
  [ -n "$browser" ] || [ ! -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ] || browser="Google Chrome"
  if [ -n "$browser" ]; then part "dashboard in a browser" "$browser"; else
    part "dashboard in a browser" "left out, no Chromium (install the package chromium)"
  fi
  local compiler
  compiler=$(command -v clang++ || command -v g++ || true)
  if [ -n "$compiler" ]; then part "Metal kernels in soft Metal" "$compiler"; else
    part "Metal kernels in soft Metal" "left out, no C++ compiler (install the package clang or g++)"
  fi
  case $(uname -s) in
    Darwin) part "Metal on the GPU" "this Mac" ;;
    *) part "Metal on the GPU" "left out, this is not a Mac" ;;
  esac
  if command -v nvidia-smi >/dev/null && nvidia-smi -L >/dev/null 2>&1; then part "CUDA on the GPU" "this machine's"; else
    part "CUDA on the GPU" "left out, no NVIDIA GPU"
  fi
}

run_tests() {
  local profile=""
  case ${1-} in
    --help | -h) test_help; return 0 ;;
    --fast) profile=-Pfast; shift ;;
  esac
  launch_jdk
  optional_parts
  cd "$ROOT"
  rm -rf ./*/target/surefire-reports
  local status=0
  # One failing module does not hide the results of the others.
  ./mvnw -B --fail-at-end ${profile:+"$profile"} verify "$@" || status=1
  if [ -z "$profile" ] && [ $# = 0 ] && docker info >/dev/null 2>&1; then
    ./mvnw -B verify -pl coordinator,heng-cli -am -Dheng.test.broker=testcontainers \
      -Dtest='ShardOverKafkaTest,CoordinatorHttpTest,BackupTest,FaultCampaignTest' -Dsurefire.failIfNoSpecifiedTests=false || status=1
  fi
  "$JAVA" build-tools/TestSummary.java "$ROOT" || status=1
  return $status
}
