#!/bin/sh
# deb.sh ARCHIVE OUT: the Debian packages of a source archive NAME-VERSION.tar.xz,
# with their sources, into the folder OUT.  The test suite runs with
# DEB_BUILD_OPTIONS= that does not say nocheck.
set -eu
umask 022
archive=$1 out=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
top=$(basename "$archive" .tar.xz)
version=${top##*-}

mkdir -p "$out"
out=$(cd "$out" && pwd)
cp "$archive" "$work/s1spool_$version.orig.tar.xz"
tar -C "$work" -xf "$archive"
cd "$work/$top"
SOURCE_DATE_EPOCH=$(packaging/epoch.sh .)
DEB_BUILD_OPTIONS=${DEB_BUILD_OPTIONS-nocheck parallel=$(nproc)}
export SOURCE_DATE_EPOCH DEB_BUILD_OPTIONS
cp -R packaging/debian debian
packaging/changelog.sh deb CHANGELOG.md "$SOURCE_DATE_EPOCH" >debian/changelog
dpkg-buildpackage -us -uc
cp "$work"/s1spool_* "$work"/s1spool-dbgsym_* "$out"
