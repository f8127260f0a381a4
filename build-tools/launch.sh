# Sourced by ./heng and ./marlin (bash 3.2 and later): finds a JDK, builds the part that is to run, once per state of its
# sources. All messages go to standard error; a failure ends the program (1 failed, 3 something needed is missing).
#
#   launch_jdk                              sets and exports JAVA_HOME, sets JAVA
#   launch_build PART MODULES SOURCES FILES sets BUILD, the folder that holds the built FILES under their paths
#
# A build lives in .heng/builds/PART-HASH, or under $HENG_BUILD_CACHE, which several worktrees may share.

JDK_VERSION=25
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
[ -n "${HOME-}" ] || HOME=~ # unset under env -i and in some services; the shell knows it nevertheless

say() { printf '%s\n' "$*" >&2; }

# --- JDK ---------------------------------------------------------------------------------------------------------------

# Prints the major version of the JDK in folder $1; nothing if there is none (a mere JRE does not count).
jdk_major() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null | head -n 1
}

jdk_candidates() {
  [ -z "${JAVA_HOME-}" ] || printf '%s\n' "$JAVA_HOME"
  local command
  if command=$(command -v javac 2>/dev/null); then
    while [ -L "$command" ]; do
      local target
      target=$(readlink "$command")
      case $target in /*) command=$target ;; *) command=$(dirname "$command")/$target ;; esac
    done
    dirname "$(dirname "$command")"
  fi
  [ ! -x /usr/libexec/java_home ] || /usr/libexec/java_home -v "$JDK_VERSION" 2>/dev/null || true
  local folder
  for folder in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.gradle/jdks/* "$HOME"/.asdf/installs/java/* \
    "$HOME"/.local/share/mise/installs/java/*; do
    [ ! -d "$folder" ] || printf '%s\n' "$folder"
  done
}

launch_jdk() {
  local folder major older=""
  while IFS= read -r folder; do
    major=$(jdk_major "$folder")
    if [ -n "$major" ] && [ "$major" -ge "$JDK_VERSION" ]; then
      export JAVA_HOME=$folder
      JAVA=$folder/bin/java
      return
    fi
    [ -z "$major" ] || older="$older  found, but too old: JDK $major in $folder"$'\n'
  done <<EOF
$(jdk_candidates)
EOF
  say "No JDK $JDK_VERSION found."
  [ -z "${JAVA_HOME-}" ] || [ -n "$(jdk_major "$JAVA_HOME")" ] || say "  JAVA_HOME=$JAVA_HOME holds no JDK"
  [ -z "$older" ] || printf '%s' "$(printf '%s' "$older" | sort -u)"$'\n' >&2
  case $(uname -s) in
    Darwin) say "Install one:  brew install --cask temurin@$JDK_VERSION" ;;
    *) say "Install one:  https://adoptium.net/temurin/releases/?version=$JDK_VERSION (or: sdk install java $JDK_VERSION-tem)" ;;
  esac
  say "or set JAVA_HOME to the folder of a JDK $JDK_VERSION that is elsewhere."
  exit 3
}

# --- Build -------------------------------------------------------------------------------------------------------------

sha256() { if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi; }
export -f sha256

# Hash of the names and contents of all files under $1 (paths below ROOT, separated by blanks).
source_hash() {
  (
    cd "$ROOT" || exit 1
    export LC_ALL=C
    # shellcheck disable=SC2086 # the list is meant to be split
    find $1 -type f -print0 2>/dev/null | sort -z | xargs -0 bash -c 'sha256 "$@"' _ | sha256 | cut -c1-16
  )
}

# Takes the lock folder $1, waiting for whoever holds it; a lock left by a process that is gone is taken over.
take_lock() {
  local told="" owner
  until mkdir "$1" 2>/dev/null; do
    [ -d "$1" ] || { say "Cannot write to $(dirname "$1"): make it writable, or set HENG_BUILD_CACHE to a folder that is."; exit 1; }
    owner=$(cat "$1/owner" 2>/dev/null || true)
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
      rm -rf "$1"
      continue
    fi
    [ -n "$told" ] || { say "Waiting for the build of process ${owner:-(unknown)} to end (lock: $1)."; told=yes; }
    sleep 0.5
  done
  echo $$ >"$1/owner"
}

# Runs Maven for modules $1 with its output in file $2, showing which module it is at and how many libraries came down.
maven_with_progress() {
  local started=$SECONDS log=$2 pid line last="" turn=0 fetched=0 stamp=$2.stamp repository=${MAVEN_REPOSITORY:-$HOME/.m2/repository}
  case "${MAVEN_ARGS-} ${MAVEN_OPTS-}" in
    *-Dmaven.repo.local=*) repository=$(printf '%s' "${MAVEN_ARGS-} ${MAVEN_OPTS-}" | sed 's/.*-Dmaven\.repo\.local=\([^ ]*\).*/\1/') ;;
  esac
  : >"$stamp"
  : >"$log"
  (cd "$ROOT" && exec ./mvnw -B -Dmaven.test.skip=true -Dcheckstyle.skip -pl "$1" -am package) >"$log" 2>&1 </dev/null &
  pid=$!
  trap 'kill $pid 2>/dev/null; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    line=$(sed -n 's/^\[INFO\] Building \([^ ]*\) .*\[\([0-9]*\/[0-9]*\)\]$/  [\2] \1/p' "$log" | tail -n 1)
    if [ $((turn++ % 8)) = 0 ]; then # Looking through the repository is not free.
      fetched=$(find "$repository" -name '*.jar' -newer "$stamp" 2>/dev/null | wc -l | tr -d ' ')
    fi
    [ "$fetched" = 0 ] || line="${line:-  getting Maven plugins}, $fetched libraries downloaded"
    [ -n "$line" ] || line="  starting Maven"
    if [ -t 2 ]; then
      printf '\r\033[K%s, %d s' "$line" $((SECONDS - started)) >&2
    elif [ "$line" != "$last" ] && [ $((SECONDS % 5)) = 0 ]; then
      say "$line"
      last=$line
    fi
    sleep 1
  done
  trap - INT TERM
  [ ! -t 2 ] || printf '\r\033[K' >&2
  rm -f "$stamp"
  wait "$pid"
}

launch_build() {
  local part=$1 modules=$2 sources=$3 files=$4 cache=${HENG_BUILD_CACHE:-$ROOT/.heng/builds} hash
  case $cache in /*) ;; *) cache=$PWD/$cache ;; esac
  hash=$(source_hash "pom.xml .mvn $sources")
  BUILD=$cache/$part-$hash
  if [ -d "$BUILD" ]; then
    touch "$BUILD" 2>/dev/null || true
    return
  fi
  mkdir -p "$cache" 2>/dev/null || { say "Cannot create $cache: make it writable, or set HENG_BUILD_CACHE."; exit 1; }
  take_lock "$BUILD.lock"
  if [ ! -d "$BUILD" ]; then
    build_into "$BUILD" "$part" "$modules" "$files"
    # Builds of sources that nobody ran for a week.
    find "$cache" -maxdepth 1 -name "$part-*" -type d -mtime +7 ! -name "*.lock" -exec rm -rf {} + 2>/dev/null || true
  fi
  rm -rf "$BUILD.lock"
}

build_into() {
  local target=$1 part=$2 modules=$3 files=$4 started=$SECONDS
  local log=$target.log partial=$target.partial file
  say "Building $part (once for these sources; log: $log)"
  if ! maven_with_progress "$modules" "$log"; then
    say "The build failed:"
    { grep -E '^\[ERROR\]' "$log" || tail -n 20 "$log"; } | head -n 20 >&2
    if grep -qiE 'No space left|not enough space' "$log"; then say "The disk is full: free some space and run this again."; fi
    if grep -qE 'Could not transfer|UnknownHost|Failed to fetch' "$log"; then
      say "A library could not be downloaded: check the network (a proxy or mirror goes into ~/.m2/settings.xml)."
    fi
    say "The whole log: $log"
    rm -rf "$target.lock"
    exit 1
  fi
  rm -rf "$partial"
  for file in $files; do
    mkdir -p "$partial/$(dirname "$file")"
    if ! cp -R "$ROOT/$file" "$partial/$(dirname "$file")/"; then
      say "Cannot copy the build to $partial: free some space or make the folder writable, and run this again."
      rm -rf "$partial" "$target.lock"
      exit 1
    fi
  done
  mv "$partial" "$target"
  rm -f "$log"
  say "Built $part in $((SECONDS - started)) s."
}
