#!/usr/bin/env bash
# From a clone to the demo in the browser: run.sh LISTEN DATA APP
source "$(dirname "$0")/common.sh"
listen=$1 data=$2 app=$3
check_tools
build_client
build_server
readers="$app-readers.yaml"
if [ -f "$readers" ]; then
  "$(binary)" user add --from "$readers" --data "$data"
fi
exec "$(binary)" serve "$app" --listen "$listen" --data "$data"
