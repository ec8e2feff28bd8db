# Calls that have no place here, and what is left over from work in progress.
. "$top_srcdir/tests/lint/lib.sh"
cd "$top_srcdir" || exit 99

all=$(lint_sources collector spool tests)
banned='strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|gets|alloca'
banned="$banned|system|popen|mktemp|tmpnam"

# shellcheck disable=SC2086 # a list of file names
lint_none 'banned calls' "$(grep -nE "\\b($banned) *\\(" $all </dev/null)"
# shellcheck disable=SC2086
lint_none 'unfinished work' "$(grep -nE '\b(TODO|FIXME|XXX)\b' $all </dev/null)"

# json-c goes on where memory fails; collector/json/tree.h does not.
unchecked='json_(tokener_|object_(new|to_json|from|object_add|array_add))[a-z_0-9]*'
checked=$(lint_sources collector | grep -v '^collector/json/tree\.c$')
# shellcheck disable=SC2086
lint_none 'json-c without collector/json/tree.h' \
    "$(grep -nE "\b$unchecked *\(" $checked </dev/null)"

# A file that long has two subjects; told, not enforced.
# shellcheck disable=SC2086
wc -l $all | awk '$1 > 500 && $2 != "total" { print "long: " $2 ", " $1 }'
lint_end
