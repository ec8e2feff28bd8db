#!/bin/sh
# Millions of records, and others each time.
exec "$top_builddir/tests/oracle/test_oracle" -n 250000 -s "$(date +%s)00000"
