echo "Allow this edit? [y/n]"
read -r answer || { echo "no answer on standard input"; exit 1; }
