echo "thinking"; sleep 600
