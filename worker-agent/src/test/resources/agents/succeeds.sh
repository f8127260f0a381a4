echo "$HENG_PROMPT" | grep -q 'make it fast'; sed -i s/slow/fast/ kernel.sh; echo "tokens used: 1200, cost 0.75 USD"
