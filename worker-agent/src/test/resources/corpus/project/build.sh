set -e
rm -rf out
javac -J-XX:TieredStopAtLevel=1 -J-XX:+UseSerialGC -proc:none -nowarn -d out $(find src -name '*.java')
