echo "Error 429: rate limit reached, retry after 120 s"; exit 1
