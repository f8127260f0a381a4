head -c 50000000 /dev/zero > big; echo "wrote a little cache"; sleep 600
