# analyze.sh clang-tidy|cppcheck|gcc FLAG...: what one analyser has to say about
# the C files of the tree, or of $FILES, compiled with these flags.  Silence is
# success; `make analyze' asks all three.
. "$top_srcdir/tests/lint/lib.sh"
tool=$1
shift
command -v "$tool" >/dev/null || {
	echo "$tool is not installed"
	exit 77
}
cd "$top_srcdir" || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
trap 'exit 99' HUP INT TERM

sources()
{
	if [ -n "$FILES" ]; then
		# shellcheck disable=SC2086 # words
		printf '%s\n' $FILES
	else
		lint_sources collector spool filebeat docs tests | grep '\.c$'
	fi
}

# each PATTERN COMMAND...: for a file so named at a time, on all processors.
each()
{
	pattern=$1
	shift
	sources | grep -E "$pattern" |
	    xargs -r -P "$(nproc)" -n 1 "$@" >>"$work/said" 2>&1
}

# .clang-tidy has the checks, tests/.clang-tidy those of the tests.
look_clang_tidy()
{
	printf '%s\n' "$@" >"$work/compile_flags.txt"
	each . clang-tidy --quiet --warnings-as-errors='*' -p "$work"
}

# Across files, too.
look_cppcheck()
{
	mkdir "$work/build"
	sources | cppcheck -q -j "$(nproc)" --error-exitcode=1 --std=c11 \
	    --enable=warning,performance,portability --inline-suppr \
	    --library=posix --library=tests/analysis/cppcheck.cfg \
	    --suppressions-list=tests/analysis/cppcheck.txt \
	    --cppcheck-build-dir="$work/build" "$@" --file-list=- \
	    >"$work/said" 2>&1
}

# Before any optimization: that would take away what it looks for.  A test may
# die when there is no memory, and leave to its end what it has.
look_gcc()
{
	set -- "$@" -O0 -fanalyzer -Werror -S -o /dev/null
	each '^(collector|spool|filebeat|docs)/' gcc "$@" || rc=1
	each '^tests/' gcc "$@" -Wno-analyzer-possible-null-argument \
	    -Wno-analyzer-possible-null-dereference \
	    -Wno-analyzer-malloc-leak -Wno-analyzer-file-leak || rc=1
	return "${rc-0}"
}

case $tool in
clang-tidy) look_clang_tidy "$@" ;;
cppcheck) look_cppcheck "$@" ;;
gcc) look_gcc "$@" ;;
esac && exit
grep -vE '^[0-9]+ warnings?( and [0-9]+ errors?)? generated\.$' "$work/said"
exit 1
