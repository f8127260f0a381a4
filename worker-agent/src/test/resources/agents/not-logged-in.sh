echo "401 Unauthorized: please log in"; exit 1
