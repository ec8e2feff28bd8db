#!/bin/sh
set -e
cd "$(dirname "$0")"
mkdir -p packaging/build-aux
autoreconf -fi
