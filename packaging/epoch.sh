#!/bin/sh
# epoch.sh SRCDIR: the time, in seconds since 1970, that goes into archives and
# packages: SOURCE_DATE_EPOCH, else that of the commit, else, in an unpacked
# archive, that of its files.
set -eu
if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
	echo "$SOURCE_DATE_EPOCH"
elif [ -e "$1/.git" ]; then
	git -C "$1" log -1 --format=%ct
else
	stat -c %Y "$1/configure.ac"
fi
