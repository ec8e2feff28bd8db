#!/bin/sh
# autogen.sh          make ./configure, nothing else
# autogen.sh demo     from a bare machine to a spool filled from a mock console
# autogen.sh check    from a bare machine to the test suite
#
# demo and check first install the packages that are missing, then bootstrap,
# configure and build in ./build (or in the tree, where that is configured
# already).  What is done already is not done again.
set -eu
cd "$(dirname "$0")"
top=$PWD

bootstrap()
{
	mkdir -p packaging/build-aux
	autoreconf -fi
}

case ${1-} in
'')
	bootstrap
	exit
	;;
demo | check) ;;
*)
	echo "usage: $0 [demo | check]" >&2
	exit 64
	;;
esac

. packaging/requirements.sh

build=build
[ ! -e config.status ] || build=.
mkdir -p "$build"
log=$top/$build/autogen-$1.log
: >"$log"
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

die()
{
	printf '%s\n' "$@" >&2
	exit 1
}

# step LABEL COMMAND...: one line for the user, the rest for the log.
step()
{
	label=$1
	shift
	printf '%-42s ' "$label ..."
	started=$(date +%s)
	echo "== $label: $*" >>"$log"
	if "$@" >>"$log" 2>&1 </dev/null; then
		echo "done ($(($(date +%s) - started)) s)"
		return
	fi
	echo failed
	tail -n 20 "$log" >&2
	[ "$label" != 'installing packages' ] || package_hint
	die "$label failed; all of its output: $log"
}

package_hint()
{
	[ "$(requirements_manager)" = dnf ] || return 0
	echo "On RHEL and its rebuilds some packages are in CRB and EPEL:
    dnf install -y epel-release dnf-plugins-core
    dnf config-manager --set-enabled crb" >&2
}

# Install what is missing, or say how to and end with 77.
packages()
{
	missing=$(requirements_missing build test)
	if [ -z "$missing" ]; then
		echo "packages: all there"
		return
	fi
	echo "packages to install: $missing"
	[ -n "$(requirements_manager)" ] || {
		echo "neither apt-get nor dnf is here:" \
		    "install these by hand and start again" >&2
		exit 77
	}
	# shellcheck disable=SC2086 # a list
	requirements_root >/dev/null || {
		echo "that takes root. Run this as root, then start again:" >&2
		requirements_command $missing | sed 's/^/    /' >&2
		exit 77
	}
	# shellcheck disable=SC2086
	step 'installing packages' requirements_install $missing
	missing=$(requirements_missing build test)
	[ -z "$missing" ] || die "still missing: $missing (see $log)"
	# Configure looked for them in vain, if it ran at all.
	rm -f "$build/config.status"
}

configure()
{
	(cd "$build" && "$top/configure")
}

packages
[ -x configure ] || step 'making configure' bootstrap
[ -e "$build/config.status" ] || step 'configuring' configure

case $1 in
demo)
	step 'building' make -C "$build" -j"$jobs" demo-programs
	exec sh tests/demo/demo.sh "$build"
	;;
check)
	step 'building' make -C "$build" -j"$jobs" all
	echo "make check, log: $log"
	# Tests mostly wait.  A pipeline has its last command's status, hence
	# the file.
	{
		make -C "$build" -j"$((2 * jobs))" check </dev/null 2>&1 || echo $? >&3
	} 3>"$build/autogen-check.status" | tee -a "$log" |
	    awk '/^(PASS|FAIL|SKIP|XPASS|ERROR): |^# [A-Z]+: / {
	        print; fflush() }'
	[ ! -s "$build/autogen-check.status" ] ||
	    die "make check failed; all of its output: $log"
	;;
esac
