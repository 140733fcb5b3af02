#!/usr/bin/env bash
# Builds the client's static files.
source "$(dirname "$0")/common.sh"
need node "install Node.js 20 or newer"
build_client
