#!/bin/sh
set -e
cd "$(dirname "$0")"
mkdir -p packaging/m4 packaging/build-aux
autoreconf -fi
