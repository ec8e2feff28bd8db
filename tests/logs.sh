# Nothing that a test has said has a secret of the tests in it.  In the end of
# make check, for it reads the logs of all the others.
. "$top_srcdir/tests/leaks.sh"

dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
trap 'exit 99' HUP INT TERM

# The logs of the tests, but this one's own.
cd "$top_builddir" || exit 99
find tests -name '*.log' ! -path tests/logs.log >"$dir/logs"
leak_forms "$leak_mark" >"$dir/forms"
if xargs grep -lFf "$dir/forms" <"$dir/logs"; then
	echo "FAIL: these logs have a secret"
	exit 1
fi
echo "$(wc -l <"$dir/logs") logs without secrets"
