# What the tests of the mock console have in common.
# shellcheck shell=sh
# shellcheck disable=SC2034 # the tests end with $failed
for tool in curl jq openssl; do
	command -v $tool >/dev/null || {
		echo "$tool is not installed"
		exit 77
	}
done

dir=$(mktemp -d) || exit 99
pid=
# shellcheck disable=SC2317 # the trap calls it
clean_up()
{
	[ -z "$pid" ] || kill "$pid" 2>/dev/null || echo "the console is gone"
	[ ! -s "$dir/err" ] || cat "$dir/err"
	rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 99' HUP INT TERM
failed=0

# start OPTION...: a console; sets $pid and $url.
start()
{
	[ -z "$pid" ] || stop
	rm -f "$dir/port"
	"$MOCK_CONSOLE" --port-file "$dir/port" --max-seconds 600 "$@" \
	    >"$dir/out" 2>"$dir/err" &
	pid=$!
	tries=200
	until [ -s "$dir/port" ]; do
		if ! kill -0 "$pid" 2>/dev/null || [ $((tries -= 1)) = 0 ]
		then
			echo "the console does not start"
			cat "$dir/err"
			exit 1
		fi
		sleep 0.05
	done
	host=127.0.0.1:$(cat "$dir/port")
	url=http://$host/web/api/v2.1
}

# The console ends in order and says nothing, which is when a sanitizer talks.
stop()
{
	kill "$pid"
	wait "$pid"
	is "exit code" "$?" 0
	is "stderr" "$(cat "$dir/err")" ""
	pid=
}

# is NAME GOT WANTED
is()
{
	[ "$2" = "$3" ] || {
		echo "FAIL: $1: got '$2', wanted '$3'"
		failed=1
	}
}

# get PATH [CURL-OPTION...]
get()
{
	path=$1
	shift
	curl -s -m 20 -H 'Authorization: ApiToken mock-token' "$@" "$url$path"
}

# ask PATH FILTER: what jq makes of the answer.
ask()
{
	get "$1" | jq -r "$2"
}

code()
{
	get "$1" -o /dev/null -w '%{http_code}'
}

# walk PATH [FILTER]: the ids of all pages, a line each, to $dir/ids.
walk()
{
	cursor=
	pages=0
	: >"$dir/ids"
	while [ $((pages += 1)) -lt 200 ]; do
		get "$1$cursor" | jq -r ".pagination.nextCursor // \"\",
		    (.data[] | ${2-.id})" >"$dir/page"
		sed 1d "$dir/page" >>"$dir/ids"
		cursor=$(head -n 1 "$dir/page")
		[ -n "$cursor" ] || break
		cursor="&cursor=$cursor"
	done
}

n_ids()
{
	sort -u "$dir/ids" | wc -l | tr -d ' '
}

# mock METHOD PATH [BODY]: a control request.
mock()
{
	curl -s -X "$1" "http://$host/_mock/$2" ${3:+-d "$3"}
}

# fault JSON: only this one from now on.
fault()
{
	mock DELETE fault >/dev/null
	is "fault $1" "$(mock POST fault "$1" | jq -r '.error // "set"')" set
}
