# autogen.sh check on machines that we do not have: a small tree with its own
# configure and Makefile, and a PATH where the package manager is a stub.
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
tree=$tmp/tree bin=$tmp/bin calls=$tmp/calls
mkdir -p "$tree/packaging" "$bin" || exit 99
cp "$top_srcdir/autogen.sh" "$tree/"
cp "$top_srcdir/packaging/requirements.sh" "$tree/packaging/"
export SYSROOT="$tmp/root"
mkdir -p "$SYSROOT/etc/ssl/certs" "$SYSROOT/usr/include" || exit 99
touch "$SYSROOT/etc/ssl/certs/ca-certificates.crt" \
    "$SYSROOT/usr/include/stdio.h"

# program NAME <<body / stub NAME <<body: a script; a stub notes its call first.
program()
{
	{
		echo '#!/bin/sh'
		cat
	} >"$bin/$1"
	chmod +x "$bin/$1"
}

stub()
{
	{
		echo "echo \"$1 \$*\" >>'$calls'"
		cat
	} | program "$1"
}

for tool in sh awk cat cp date dirname env getconf grep make mkdir rm sed \
    tail tee touch tr; do
	ln -s "$(command -v $tool)" "$bin/$tool"
done
for tool in cc autoconf automake curl openssl jq cmp find ps; do
	program $tool </dev/null
done

# machine ID MANAGER UID: a fresh one, without any library.
machine()
{
	echo "ID=$1" >"$SYSROOT/etc/os-release"
	rm -rf "$bin/dnf" "$bin/apt-get" "$tmp/libraries" "$tree/build"
	: >"$calls"
	[ -z "$2" ] || stub "$2" <<-END
		case "\$*" in *install*) touch '$tmp/libraries' ;; esac
	END
	program id <<-END
		echo $3
	END
	program pkg-config <<-END
		[ -e '$tmp/libraries' ]
	END
}

autogen()
{
	: >"$calls"
	PATH=$bin "$bin/sh" "$tree/autogen.sh" check >"$tmp/out" 2>&1
	status=$?
}

# expect STATUS WHERE
expect()
{
	if [ "$1" != "$status" ]; then
		echo "$2: exit $status, not $1"
		cat "$tmp/out"
		failed=1
	fi
}

# expect_line FILE TEXT / expect_none FILE TEXT
expect_line()
{
	grep -qF -e "$2" "$1" || {
		echo "no \"$2\" in $1:"
		cat "$1"
		failed=1
	}
}

expect_none()
{
	! grep -F -e "$2" "$1" || {
		echo "\"$2\" in $1"
		failed=1
	}
}

cat >"$tree/configure" <<END
#!/bin/sh
echo configure >>"$calls"
touch config.status
cp "$tree/make.in" Makefile
END
chmod +x "$tree/configure"
printf 'all:\ncheck:\n\t@echo "PASS: one"\n' >"$tree/make.in"

# Fedora: one call, no extra repository; the second run calls nobody.
machine fedora dnf 0
autogen
expect 0 'first run'
expect_line "$calls" 'dnf install -y'
expect_line "$calls" 'CUnit-devel'
expect_line "$calls" 'configure'
expect_none "$calls" 'enablerepo'
expect_line "$tmp/out" 'PASS: one'
autogen
expect 0 'second run'
expect_none "$calls" 'dnf'
expect_none "$calls" 'configure'

# A rebuild of RHEL: CRB is switched on for the call.
machine almalinux dnf 0
autogen
expect 0 'CRB'
expect_line "$calls" '--enablerepo=crb'

# dnf does not find a package: the hint.
machine almalinux dnf 0
stub dnf <<-END
	exit 1
END
autogen
expect 1 'package not found'
expect_line "$tmp/out" 'epel-release'

# Debian: the lists first.
machine debian apt-get 0
autogen
expect 0 'Debian'
expect_line "$calls" 'apt-get update'
expect_line "$calls" 'libyaml-dev'

# Neither root nor sudo: the lines to run, and nothing else happens.
machine debian apt-get 1000
autogen
expect 77 'no root'
expect_line "$tmp/out" 'apt-get install -y'
expect_none "$calls" 'apt-get'

# No manager that we know.
machine other '' 0
autogen
expect 77 'no manager'
expect_line "$tmp/out" 'by hand'

# A failing test fails the run.
machine fedora dnf 0
printf 'all:\ncheck:\n\t@echo "FAIL: one"; exit 1\n' >"$tree/make.in"
autogen
expect 1 'failing test'
expect_line "$tmp/out" 'FAIL: one'
exit "${failed:-0}"
