# Each lint finds what it is there for: a tree with one fault per lint.
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
lints=$top_srcdir/tests/lint
mkdir -p "$tmp/collector/map" "$tmp/tests/lint" || exit 99
cp "$lints/lib.sh" "$tmp/tests/lint/"

# expect STATUS LINT: run it over the tree.
expect()
{
	top_srcdir=$tmp sh "$lints/$2.sh" >"$tmp/out" 2>&1
	status=$?
	[ $status -eq "$1" ] || [ $status -eq 77 ] || {
		echo "$2: exit $status, not $1:"
		cat "$tmp/out"
		failed=1
	}
}

echo '#include "collector/base/buf.h"' >"$tmp/collector/map/x.c"
for lint in calls layers shell standalone; do
	expect 0 $lint
done

cat >"$tmp/collector/map/x.c" <<'END'
#include "collector/walk/walk.h"
int f(const char *s) { return atoi (s); }
END
echo "see [/]work/notes" | tr -d '[]' >"$tmp/README.md"
# shellcheck disable=SC2016 # the fault itself
printf '#!/bin/sh\nrm $1\n' >"$tmp/go.sh"
mkdir -p "$tmp/docs/man"
printf '.Sh COMMANDS\n.It Xr s1spool-dance 1\n' >"$tmp/docs/man/s1spool.1"
for lint in calls layers manual shell standalone; do
	expect 1 $lint
done
exit "${failed:-0}"
