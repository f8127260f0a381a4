set -e
rm -rf classes out
mkdir -p out
javac -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -proc:none -nowarn -d classes $(find src -name '*.java')
jar --create --date=2026-01-01T00:00:00Z --file out/program.jar -C classes .
