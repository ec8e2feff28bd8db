#!/bin/sh
# release.sh VERSION: is the checkout in this folder ready to be released as
# VERSION?  Says all that is not; the tests are make's.
set -u
version=$1
failed=0

no()
{
	echo "release $version: $*" >&2
	failed=1
}

[ -z "$(git status --porcelain)" ] || no "there are changes without a commit"
git rev-parse -q --verify "refs/tags/v$version" >/dev/null &&
    no "the tag v$version is there already"
case $version in
*[!0-9.]* | *.*.*.* | .* | *.) no "not MAJOR.MINOR.PATCH" ;;
*.*.*) ;;
*) no "not MAJOR.MINOR.PATCH" ;;
esac

# The first release in the changelog is this one, with a date, and nothing waits
# for another.
first=$(sed -n 's/^## \([0-9].*\)$/\1/p' CHANGELOG.md | head -n 1)
case $first in
"$version - "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]) ;;
*) no "CHANGELOG.md begins with '$first', not '$version - YYYY-MM-DD'" ;;
esac
[ -z "$(sed -n '/^## \[Unreleased\]/,/^## [0-9]/p' CHANGELOG.md |
    grep -v '^##' | tr -d '\n')" ] ||
    no "CHANGELOG.md has something below [Unreleased]"
exit $failed
