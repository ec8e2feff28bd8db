# Secrets in what was written.  Each that a test has, has "mock-token" in it, in
# a file of its own: one word and nothing else.  tests/unit/scratch.c looks for
# the same.
# shellcheck shell=sh

command -v base64 >/dev/null || {
	echo "base64 is not installed"
	exit 77
}

leak_mark=mock-token

# leak_forms SECRET: the forms that it takes, a line each: as it is,
# percent-encoded, and as a part of something that is base64, at each of the
# three places in a group, without the digits that its neighbours share in.
leak_forms()
{
	printf '%s\n' "$1" | sed 'p; s/+/%2B/g; s,/,%2F,g; s/=/%3D/g' | uniq
	for leak_pad in '' x xx; do
		printf %s "$leak_pad$1" | base64 | tr -d '\n=' |
		    sed 's/^...//; s/.$//'
		echo
	done
}

# leak_find FOLDER: name the files below it that have a secret.  Of the server's
# own, mock.* and stub.*, nothing is said.
leak_find()
{
	leak_forms $leak_mark >"$1/.leak_forms"
	leaked=$(find "$1" -type f ! -name .leak_forms ! -name 'mock.*' \
	    ! -name 'stub.*' -exec grep -lFf "$1/.leak_forms" {} + |
	    while read -r leak_file; do
		[ "$(wc -w <"$leak_file")" != 1 ] ||
		    ! grep -qF $leak_mark "$leak_file" || continue
		echo "$leak_file"
	done)
	rm "$1/.leak_forms"
	[ -z "$leaked" ] || { echo "$leaked" && false; }
}
