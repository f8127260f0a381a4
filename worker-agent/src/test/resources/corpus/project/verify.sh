set -e
java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp out harness.Verify
