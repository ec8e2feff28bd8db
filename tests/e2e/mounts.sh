# For tests on file systems of their own: sourced before lib.sh, it begins the
# script again in a mount namespace, so that nobody else sees the mounts and
# they go with the last process, whatever becomes of the test.
# shellcheck shell=sh

[ -n "$IN_NAMESPACE" ] || {
	unshare --mount true || {
		echo "no mounts here: not root, or a container"
		exit 77
	}
	export IN_NAMESPACE=yes
	exec unshare --mount sh "$0" "$@"
}
mounts=

# mount_on FOLDER OPTION...: of mount(8), what is mounted included.
mount_on()
{
	folder=$1
	shift
	mount "$@" "$folder" || {
		echo "cannot mount: $*"
		exit 77
	}
	mounts="$folder $mounts"
}

# ext4_on FOLDER SIZE [OPTION]: a file system in a file.
ext4_on()
{
	truncate -s "$2" "$dir/image"
	PATH=$PATH:/sbin:/usr/sbin mkfs.ext4 -q -m 0 "$dir/image" || {
		echo "cannot make an ext4"
		exit 77
	}
	mount_on "$1" -t ext4 -o "loop${3:+,$3}" "$dir/image"
}

unmount_all()
{
	for folder in $mounts; do
		umount "$folder" || umount -l "$folder"
	done
	mounts=
}

# fill FOLDER: another process takes all that is left.  What was set aside for
# it and not needed is there after a sync.
fill()
{
	for turn in 1 2 3; do
		cat /dev/zero >"$1/filler$turn" 2>/dev/null
		sync -f "$1"
	done
}

free_bytes()
{
	stat -f -c '%a %S' "$1" | {
		read -r blocks bytes
		echo $((blocks * bytes))
	}
}

# fill_to FOLDER BYTES: and this much stays free.
fill_to()
{
	head -c $(($(free_bytes "$1") - $2)) /dev/zero \
	    >>"$1/filler0"
}

# No more files, but room in those that are there.
fill_inodes()
{
	mkdir "$1/fillers"
	n=0
	while touch "$1/fillers/$((n += 1))" 2>/dev/null; do
		[ $n -lt 1000 ] || {
			fail "$n files, and no end"
			break
		}
	done
}

make_space()
{
	rm -rf "$1"/filler[0-9] "$1/fillers"
}
