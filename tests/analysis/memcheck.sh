# memcheck.sh COMMAND...: run it with a collector that runs under valgrind
# ($MEMCHECK), and fail with what valgrind has found, wherever that was.  It is
# slow: tests wait longer for it.
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM

mkdir "$work/said"
cat >"$work/s1spool" <<END
#!/bin/sh
exec $MEMCHECK --log-file='$work/said/%p' '$top_builddir/s1spool' "\$@"
END
chmod +x "$work/s1spool"

"$@" TESTS_ENVIRONMENT="S1SPOOL='$work/s1spool' SANITIZED=yes PATIENCE=20"
rc=$?
cat "$work/said/"* >"$work/all" 2>/dev/null
cat "$work/all"
[ ! -s "$work/all" ] || exit 1
exit $rc
