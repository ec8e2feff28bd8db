# Sourced: which packages building and testing need, and how to install them.
# apt-get and dnf are known.  Files are looked for below SYSROOT (default: /).

# When it is needed | how to see that it is there | Debian, Ubuntu | Fedora, RHEL
requirements_table()
{
	cat <<'END'
build	command:cc		gcc			gcc
build	header:stdio.h		libc6-dev		glibc-devel
build	command:make		make			make
build	command:autoconf	autoconf		autoconf
build	command:automake	automake		automake
build	command:pkg-config	pkg-config		pkgconf-pkg-config
build	module:libcurl		libcurl4-openssl-dev	libcurl-devel
build	module:json-c		libjson-c-dev		json-c-devel
build	module:zlib		zlib1g-dev		zlib-devel
build	module:libcrypto	libssl-dev		openssl-devel
build	module:libzip		libzip-dev		libzip-devel
build	module:yaml-0.1		libyaml-dev		libyaml-devel
test	module:cunit		libcunit1-dev		CUnit-devel
test	module:libmicrohttpd	libmicrohttpd-dev	libmicrohttpd-devel
test	certificates:system	ca-certificates		ca-certificates
test	command:curl		curl			curl
test	command:openssl		openssl			openssl
test	command:jq		jq			jq
test	command:cmp		diffutils		diffutils
test	command:find		findutils		findutils
test	command:ps		procps			procps-ng
ci	command:clang		clang			clang
ci	command:clang-tidy	clang-tidy		clang-tools-extra
ci	command:cppcheck	cppcheck		cppcheck
ci	command:gcc		gcc			gcc
ci	sanitizers:clang	libclang-rt-dev		compiler-rt
ci	command:git		git			git
ci	command:go		golang			golang
ci	command:mkfs.ext4	e2fsprogs		e2fsprogs
ci	command:unshare		util-linux		util-linux
ci	command:mount		mount			util-linux
ci	command:mandoc		mandoc			mandoc
ci	command:shellcheck	shellcheck		ShellCheck
ci	command:fish		fish			fish
ci	command:systemd-analyze	systemd			systemd
ci	command:zsh		zsh			zsh
ci	command:valgrind	valgrind		valgrind
ci	command:xz		xz-utils		xz
ci	command:nghttpx		nghttp2-proxy		nghttp2
package	command:debootstrap	debootstrap		debootstrap
package	command:dh		debhelper		debhelper
package	command:dpkg-buildpackage dpkg-dev		dpkg-dev
package	command:lintian		lintian			lintian
package	command:rpmbuild	rpm			rpm-build
package	command:rpmlint		rpmlint			rpmlint
package	command:nsenter		util-linux		util-linux
package	module:systemd		systemd			systemd
END
}

requirements_manager()
{
	for m in apt-get dnf; do
		if command -v $m >/dev/null; then
			echo $m
			return
		fi
	done
}

# Is this KIND:NAME there?
requirements_present()
{
	case $1 in
	command:*) command -v "${1#*:}" ;;
	header:*) [ -e "${SYSROOT-}/usr/include/${1#*:}" ] ;;
	certificates:*)
		[ -e "${SYSROOT-}/etc/ssl/certs/ca-certificates.crt" ] ||
		    [ -e "${SYSROOT-}/etc/pki/tls/certs/ca-bundle.crt" ]
		;;
	module:*) pkg-config --exists "${1#*:}" ;;
	sanitizers:*)
		echo 'int main(void) { return 0; }' |
		    "${1#*:}" -fsanitize=address -x c -o /dev/null -
		;;
	esac >/dev/null 2>&1
}

# requirements_missing WHEN...: the packages to install for that, if any.
requirements_missing()
{
	requirements_table | while read -r when what deb rpm; do
		case " $* " in *" $when "*) ;; *) continue ;; esac
		requirements_present "$what" && continue
		case $(requirements_manager) in
		dnf) echo "$rpm" ;;
		*) echo "$deb" ;;
		esac
	done | tr '\n' ' '
}

# What a rebuild of RHEL keeps in a repository that is off at first.
requirements_repositories()
{
	(
		. "${SYSROOT-}/etc/os-release"
		case $ID in
		fedora) ;;
		rhel) echo "--enablerepo=codeready-builder-for-rhel-*-rpms" ;;
		ol) echo "--enablerepo=ol*_codeready_builder" ;;
		*) echo "--enablerepo=crb" ;;
		esac
	)
}

# requirements_command PACKAGE...: the lines that install them, as root.
requirements_command()
{
	case $(requirements_manager) in
	apt-get)
		echo "apt-get update"
		echo "env DEBIAN_FRONTEND=noninteractive" \
		    "apt-get install -y --no-install-recommends $*"
		;;
	dnf)
		echo dnf install -y --setopt=install_weak_deps=False \
		    "$(requirements_repositories)" "$*" | tr -s ' '
		;;
	esac
}

# How to become root without asking for a terminal that is not there: nothing
# for root, `sudo' where it works.  Fails when there is no way.
requirements_root()
{
	[ "$(id -u)" -ne 0 ] || return 0
	command -v sudo >/dev/null || return 1
	sudo -n true 2>/dev/null || [ -t 0 ] || return 1
	echo sudo
}

# requirements_install PACKAGE...: run those lines.
requirements_install()
{
	root=$(requirements_root) || return
	while read -r line; do
		echo "+ $root $line"
		# Words are wanted, file names are not.
		# shellcheck disable=SC2086
		(set -f && $root $line </dev/null) || return
	done <<END
$(requirements_command "$@")
END
}
