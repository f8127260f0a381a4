for i in 1 2 3 4 5 6 7 8; do echo "step $i"; sleep 0.3; done
sed -i s/slow/fast/ kernel.sh
