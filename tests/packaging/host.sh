# Sourced: a Debian of its own in $root, with a systemd of its own that runs as
# process 1 of its own namespaces.  No container engine; root is needed.
# shellcheck shell=sh
# shellcheck disable=SC2016,SC2034 # of apt; lib.sh and the tests read them

suite=${SUITE-bookworm}
# Where apt has this suite from, unless it is told.
mirror=${MIRROR-$(apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' "Codename: $suite" | head -n 1)}
# Made once and copied for each test.
base=$top_builddir/tests/packaging/$suite
host_pid=
cgroup=

cannot()
{
	echo "cannot be run here: $*"
	exit 77
}

[ "$(id -u)" = 0 ] || cannot "only by root"
for tool in debootstrap nsenter unshare; do
	command -v $tool >/dev/null || cannot "$tool is not installed"
done

# Where cgroups of version 2 are: alone, or beside those of version 1.
cgroup_parent()
{
	awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts
}
[ -n "$(cgroup_parent)" ] || cannot "there are no cgroups of version 2"

# The libraries that the packages depend on are there already: installing them
# asks no network.
make_base()
{
	[ ! -e "$base" ] || return 0
	rm -rf "$base.tmp"
	debootstrap --variant=minbase --include=ca-certificates,systemd,\
systemd-sysv,libcurl4,libjson-c5,libssl3,libyaml-0-2,libzip4,zlib1g \
	    "$suite" "$base.tmp" "$mirror" >"$base.log" 2>&1 || {
		tail -n 5 "$base.log"
		rm -rf "$base.tmp"
		cannot "debootstrap $suite from $mirror"
	}
	# Units that would reach for the machine around it.
	for unit in systemd-sysctl.service systemd-modules-load.service \
	    systemd-remount-fs.service systemd-udevd.service \
	    systemd-update-utmp.service systemd-journald-audit.socket \
	    apt-daily.timer apt-daily-upgrade.timer getty.target \
	    sys-kernel-debug.mount sys-kernel-tracing.mount \
	    dev-hugepages.mount dev-mqueue.mount sys-fs-fuse-connections.mount
	do
		ln -s /dev/null "$base.tmp/etc/systemd/system/$unit"
	done
	mv "$base.tmp" "$base"
}

host_make()
{
	make_base
	cp -a "$base" "$root"
}

# What runs in the new namespaces, before systemd does.
host_init()
{
	cat <<'END'
set -e
root=$1
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/sys"
mkdir -p "$root/sys/fs/cgroup"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null zero full random urandom tty; do
	: >"$root/dev/$node"
	mount --bind /dev/$node "$root/dev/$node"
done
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/shm" "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
# Not chroot: the kernel denies user namespaces to what is in one.
cd "$root"
mkdir -p .outside
pivot_root . .outside
umount -l .outside
rmdir .outside
# As systemd has it where it is not in a container.
mount --make-rshared /
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --show-status=0 --unit=multi-user.target
END
}

host_is_up()
{
	[ -n "$(host_find)" ] || return 1
	case $(in_host systemctl is-system-running 2>/dev/null) in
	running | degraded) ;;
	*) return 1 ;;
	esac
}

# The host's process 1: the child of unshare.
host_find()
{
	(tr -d ' ' <"/proc/$unshare_pid/task/$unshare_pid/children") 2>/dev/null
}

host_start()
{
	cgroup=$(cgroup_parent)/s1spool-test-$$
	mkdir -p "$cgroup" || cannot "making a cgroup"
	host_init >"$dir/init.sh"
	sh -c 'echo $$ >"$1/cgroup.procs"
	    exec unshare --mount --pid --uts --ipc --cgroup --fork \
	    --kill-child sh "$2" "$3"' sh "$cgroup" "$dir/init.sh" "$root" \
	    >"$dir/host.out" 2>&1 </dev/null &
	unshare_pid=$!
	wait_for 60 host_is_up || {
		cat "$dir/host.out"
		exit 1
	}
	host_pid=$(host_find)
}

# in_host COMMAND...: there, as root.
in_host()
{
	nsenter --target "$(host_find)" --mount --pid --uts --ipc --cgroup \
	    --root --wd env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	    DEBIAN_FRONTEND=noninteractive "$@"
}

# Whatever is in its namespaces ends with it.
host_stop()
{
	[ -z "$host_pid" ] || kill -9 "$host_pid" 2>/dev/null
	wait "$unshare_pid" 2>/dev/null
	host_pid=
	find "$cgroup" -depth -type d -exec rmdir {} \; 2>/dev/null
}
