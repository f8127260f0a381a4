echo "529 overloaded_error"; exit 1
