echo 'echo 41 # fast' > kernel.sh; echo "done"
