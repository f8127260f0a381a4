echo "my key is $AGENT_KEY"; sed -i s/slow/fast/ kernel.sh
