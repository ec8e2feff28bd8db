# build.sh FOLDER: build the Filebeat whose module is in FOLDER, unless that was
# done before, and print where it is.  Modules and builds are kept below
# ${XDG_CACHE_HOME:-~/.cache}/s1spool.
set -eu
folder=$(cd "$1" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/s1spool
sum=$(cat "$folder/go.mod" "$folder/go.sum" "$folder/main.go" | sha256sum)
program=$cache/filebeat-${folder##*/}-${sum%% *}

command -v go >/dev/null || {
	echo "$0: go is not installed" >&2
	exit 77
}
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
if [ ! -x "$program" ]; then
	export GOMODCACHE="$cache/go/mod" GOCACHE="$cache/go/build"
	export GOFLAGS='-mod=readonly -modcacherw' CGO_ENABLED=0
	cd "$folder"
	nice -n 19 go build -trimpath -ldflags '-s -w' -o "$program.new" . >&2
	mv "$program.new" "$program"
fi
echo "$program"
