(setsid bash -c 'while true; do sleep 1111; done' > /dev/null 2>&1 &)
sed -i s/slow/fast/ kernel.sh; echo "done"
