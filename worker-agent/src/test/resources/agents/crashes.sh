echo "about to crash"; kill -SEGV $$
