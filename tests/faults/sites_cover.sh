# Which calls of the sources that keep what was collected no scene of sites.sh
# has met: each is on the list sites_never.txt, with the reason.
# shellcheck shell=sh disable=SC2154 # sites.sh sets them

covered='/\(spool/\|collector/client/\|collector/base/fsutil\|collector/walk/rejects\)'
calls='write|read|pread|open|openat|fallocate|fdatasync|fsync|renameat|linkat'
calls="$calls|unlinkat|mkdirat|ftruncate|fchmod|futimens|fstat|fstatat|fstatvfs"
calls="$calls|faccessat|lseek|flock|opendir|fdopendir|readdir|fopen|fgets|stat"

# where: "call address" to "file function call".  The call is the instruction
# before the one that it returns to.
where()
{
	while read -r call address; do
		printf '%s 0x%x\n' "$call" $((0x$address - 1))
	done >"$dir/addresses"
	cut -d ' ' -f 2 "$dir/addresses" | addr2line -f -e "$S1SPOOL" |
	    sed 's/ (discriminator .*//' | paste -d ' ' - - "$dir/addresses" |
	    awk '{ print $2, $1, $3 }' | grep "$covered" |
	    sed "s,^.*/\(spool/\|collector/\),\1,; s/^\([^ :]*\):\([^ ]*\)/\1 \2/"
}

cover()
{
	objdump -d --no-show-raw-insn "$S1SPOOL" | awk -v calls="^($calls)\$" '
	    call != "" { sub(/:.*/, "", $1); print call, $1; call = "" }
	    $2 ~ /^(callq?|bl)$/ && match($0, /<[a-z0-9_]*@plt>/) {
		call = substr($0, RSTART + 1, RLENGTH - 6)
		if (call !~ calls) call = ""
	    }' | where | sort -u >"$dir/all"
	[ -s "$dir/all" ] || fail "the program has no debugging information"
	cat "$dir"/sites.*.system | awk -v calls="^($calls)\$" \
	    '$1 ~ calls && $2 ~ /^[0-9a-f]+$/ { print $1, $2 }' | where |
	    sort -u >"$dir/met"
	comm -23 "$dir/all" "$dir/met" | awk '{ print $1, $3, $4 }' |
	    sort -u >"$dir/never"
	echo "$(wc -l <"$dir/all") calls in the sources that keep records," \
	    "$(wc -l <"$dir/met") met"
	sed 's/#.*//; s/ *$//; /^$/d' \
	    "$top_srcdir/tests/faults/sites_never.txt" | sort -u >"$dir/argued"
	comm -23 "$dir/never" "$dir/argued" >"$dir/missing"
	[ ! -s "$dir/missing" ] || {
		fail "no scene meets these calls:"
		cat "$dir/missing"
	}
}

if ! command -v objdump >/dev/null || ! command -v addr2line >/dev/null; then
	echo "no binutils: the calls are not compared with the program"
else
	cover
fi
