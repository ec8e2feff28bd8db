#!/bin/sh
# More records than make check has time for, and others each time.
exec "$top_builddir/tests/oracle/test_oracle" -n 100000 -s "$(date +%s)00000"
