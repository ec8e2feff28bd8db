#!/bin/sh
# build.sh srpm|rpm ARCHIVE OUT: the source package, or the binary package too,
# of a source archive NAME-VERSION.tar.xz, into the folder OUT.  On Debian the
# result shows that the spec, scripts and file list are right; what is given to
# users is `rpmbuild --rebuild' of the source package on their distribution.
set -eu
umask 022
# rpm counts the dates of the changelog in local time.
TZ=UTC LC_ALL=C
export TZ LC_ALL
what=$1 archive=$2 out=$3
top=$(basename "$archive" .tar.xz)
version=${top##*-}
# Its name goes into the packages, so it is the same each time.
work=/var/tmp/$top-rpm
mkdir "$work" || {
	echo "another build goes on, or was killed: remove $work" >&2
	exit 1
}
trap 'rm -rf "$work"' EXIT

mkdir -p "$out" "$work/SOURCES" "$work/SPECS"
cp "$archive" "$work/SOURCES"
tar -C "$work" -xf "$archive"
src=$work/$top
SOURCE_DATE_EPOCH=$("$src/packaging/epoch.sh" "$src")
export SOURCE_DATE_EPOCH
spec=$work/SPECS/s1spool.spec
{
	sed "s/@VERSION@/$version/; /@CHANGELOG@/d" \
	    "$src/packaging/rpm/s1spool.spec.in"
	"$src/packaging/changelog.sh" rpm "$src/CHANGELOG.md" \
	    "$SOURCE_DATE_EPOCH"
} >"$spec"
touch -d "@$SOURCE_DATE_EPOCH" "$spec" "$work/SOURCES"/*

set -- --define "_topdir $work" \
    --define 'use_source_date_epoch_as_buildtime 1' \
    --define 'clamp_mtime_to_source_date_epoch 1' \
    --define '_buildhost reproducible'
# Debian's rpmbuild: other macros, and a database in which nothing is installed.
if [ -z "$(rpm --eval '%{?systemd_post:1}')" ]; then
	set -- "$@" --load "$src/packaging/rpm/macros.debian" --nodeps
fi
case $what in
srpm) rpmbuild "$@" -bs "$spec" ;;
rpm) rpmbuild "$@" -ba "$spec" ;;
esac
find "$work/SRPMS" "$work/RPMS" -name '*.rpm' -exec cp {} "$out" \;

# A macro that was not known would be a command of the scripts.
for rpm in "$out/s1spool-$version"-1*.rpm; do
	! rpm -qp --scripts "$rpm" | grep '^%' || exit 1
done
