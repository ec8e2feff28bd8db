# A real Filebeat ships a real spool to an endpoint that keeps books and makes
# trouble, and each of the three dies now and then.  At the end each record is
# in the book once, as s1spool has mapped it, and nothing was archived before it
# was there.
#
# FILEBEAT: the program; else the one on PATH, else those whose modules are here
# are built.  FORMS: which of mapped, raw, agent and fingerprint; SEED=N: the
# same trouble; ROUNDS=N: of prune (9).
# shellcheck disable=SC2034,SC2154 # lib.sh reads and sets them
seed=${SEED-$$}
echo "SEED=$seed"
. "$top_srcdir/tests/filebeat/lib.sh"

rounds=${ROUNDS-9}
datasets="activity agent alert application application_risk group threat
    threat_event unified_alert"
# Those whose ledger says what there must be, whatever time it is.
plain_datasets="activity agent group threat"

# spool_conf FORM: what the daemon does.
spool_conf()
{
	spool_options=", segment_max_size: 60KiB, segment_idle: 1s,"
	spool_options="$spool_options segment_max_age: 2s, hold: 0"
	form=mapped
	[ "$1" != raw ] || form=raw
	options=", initial_interval: 240h, page_size: 100, output: $form"
	configure "$(for d in $plain_datasets; do
		echo "$d: { interval: 300ms, look_back: 2s, overlap: 6s" \
		    "$options }"
	done)" \
	    "alert: { interval: 1s$options }" \
	    "unified_alert: { enabled: true, interval: 1s$options }" \
	    "threat_event: { enabled: true, interval: 24h$options }" \
	    "application: { enabled: true, page_size: 100, output: $form }" \
	    "application_risk: { enabled: true, page_size: 100," \
	    "  output: $form }"
	printf '%s\n' "archive: { max_age: 0, max_size: 0 }" \
	    "shippers: [{ type: filebeat," \
	    "  registry: $dir/data/registry/filebeat," \
	    "  fingerprint_length: 64 }]" >>"$dir/s1spool.yml"
}

prune()
{
	timeout 60 "$S1SPOOL" prune --config "$dir/s1spool.yml" \
	    >"$dir/prune.out" 2>"$dir/prune.err"
	code=$?
}

# Archive what the registry says was delivered; the book must know it already.
# In every other round Filebeat is not there to deliver it just in time.
prune_and_check()
{
	archives >"$dir/before"
	[ $((round % 2)) = 0 ] || kill -STOP "$filebeat_pid"
	prune
	size=$(wc -c <"$book")
	kill -CONT "$filebeat_pid"
	is "prune in round $round: $(cat "$dir/prune.err")" "$code" 0
	archives | comm -13 "$dir/before" - >"$dir/new"
	whole_lines <"$dir/new" | line_ids >"$dir/archived"
	head -c "$size" "$book" | book_ids | comm -23 "$dir/archived" - \
	    >"$dir/early"
	is "round $round: archived before they were shipped" \
	    "$(wc -l <"$dir/early" | tr -d ' ')" 0
}

# Who dies in this round?
accident()
{
	case $((round % 4)) in
	1)
		note_trouble
		endpoint_kill
		sleep 0.5
		endpoint_start
		;;
	2)
		filebeat_kill
		sleep 0.5
		filebeat_start
		;;
	3)
		run_kill
		run_start
		;;
	esac
}

# What response actions look for, in the order in which it happens.
respond()
{
	for type in 1001 2010 1002 80; do
		mock POST produce "{\"dataset\":\"activity\",\"count\":30,
		    \"type\":$type}" >/dev/null
	done
	mock POST update '{"dataset":"agent","count":60}' >/dev/null
	sleep 1
	mock POST update '{"dataset":"agent","count":60}' >/dev/null
}

# All is shipped when all can be archived.
all_archived()
{
	round=$((round + 1))
	prune_and_check
	[ -z "$(segments_left)" ]
}

# The sweeps of inventories and events are over as well.
all_polled()
{
	for d in $datasets; do
		has_lines "$d" 1 || archives | grep -q "/$d/" || return 1
	done
}

# The lines of a few records, mapped anew: the console knows them still.
check_mapped()
{
	: >"$dir/sample"
	for d in activity agent group unified_alert; do
		mock GET "ledger?dataset=$d" |
		    jq -r 'select(.goneAt == null) | .id' | tail -n 40 |
		    while read -r id; do
			mock GET "record?dataset=$d&id=$id"
			echo
		    done | "$S1SPOOL" map --spool $map_option -t forwarded \
		    -t "sentinel_one-$d" "$d" \
		    >>"$dir/sample" 2>"$dir/map.said"
	done
	"$check_book" -s ${pipeline:+-p "$pipeline"} "$book" "$dir/sample" \
	    "$dir/added" >"$dir/check" || {
		fail "not as it is mapped"
		cat "$dir/check"
	}
	echo "mapped anew: $(tail -n 1 "$dir/check")"
}

# Each record that the console has is in a line, and each line in the book.
check_everything()
{
	rm -rf "$dir/all"
	for d in $datasets; do
		mkdir -p "$dir/all/$d"
		find "$dir/spool/acme" -name "$d-*.ndjson*" | whole_lines \
		    >"$dir/all/$d/all.ndjson"
	done
	for d in $plain_datasets; do
		mock GET "ledger?dataset=$d" >"$dir/ledger"
		"$check_spool" "$d" "$dir/ledger" "$dir/all/$d" \
		    >"$dir/check" || {
			fail "$d: not each record once"
			cat "$dir/check"
		}
	done
	cat "$dir"/all/*/all.ndjson >"$dir/lines"
	"$check_book" ${pipeline:+-p "$pipeline"} "$book" "$dir/lines" \
	    "$dir/added" >"$dir/check" || {
		fail "not each line once in the book"
		cat "$dir/check"
	}
	tail -n 1 "$dir/check"
}

# A test of trouble that met none would say nothing.
check_trouble()
{
	jq -s 'reduce .[] as $m ({}; reduce ($m | keys[]) as $k (.;
	    .[$k] += $m[$k]))' "$dir/met" >"$dir/sum"
	jq -c . "$dir/sum"
	is "trouble that did not happen" "$(jq -c '[to_entries[] |
	    select(.value == 0) | .key]' "$dir/sum")" '[]'
}

# live FORM
live()
{
	begun=$(date +%s)
	rm -rf "$book" "${dir:?}/data" "${dir:?}/home"
	: >"$dir/filebeat.err"
	mkdir "$dir/home"
	mock_start --agents 150 --groups 15 --threats 40 --activities 300 \
	    --alerts 60 --unified-alerts 60 --applications 8 \
	    --installations 120 --risks 120 --days 5 --seed "$seed" \
	    --produce 40
	spool_conf "$1"
	# An Agent has no index for what is refused: it drops it.
	refused=0.01
	[ "$1" != agent ] || refused=0
	endpoint_start
	shipper_conf "$1"
	filebeat_start
	run_start
	wait_for 20 has_lines activity 1
	round=0
	while [ $((round += 1)) -le "$rounds" ]; do
		sleep 2
		accident
		prune_and_check
	done
	respond
	mock POST produce '{"stop":true}' >/dev/null
	wait_for 20 nothing_pending
	mock POST time '{"advance":30}' >/dev/null
	wait_for 60 all_polled
	sleep 2
	calm
	wait_for 30 all_archived || tell_rest
	run_stop
	is "exit code" "$code" 0
	filebeat_stop
	check_everything
	check_mapped
	[ "$1" = raw ] || check_queries
	kill "$endpoint_pid"
	wait "$endpoint_pid"
	is "the endpoint's exit code" "$?" 0
	mock_stop
	echo "$version $1: $(($(date +%s) - begun)) s"
}

tell_rest()
{
	segments_left
	cat "$dir/prune.out" "$dir/prune.err"
	tail -n 20 "$dir/filebeat.err"
}

# All of a list of the console, by pages of it that are large enough.
ask()
{
	curl -s -m 20 -H 'Authorization: ApiToken mock-token' \
	    "$url/web/api/v2.1/$1&limit=1000"
}

# Response actions find what they look for.
check_queries()
{
	ask 'agents?sortBy=id' | jq '.data |
	    map({ key: .id, value: . }) | from_entries' \
	    >"$dir/agents.json"
	ask 'activities?sortBy=createdAt&sortOrder=desc' |
	    jq '.data[]' >"$dir/activities.json"
	jq -sr --slurpfile agents "$dir/agents.json" \
	    --slurpfile activities "$dir/activities.json" \
	    -f "$here/queries.jq" "$book" >"$dir/queries" 2>&1
	is "queries: $(head -n 20 "$dir/queries")" "$?$(cat "$dir/queries")" 0
}

# setup TARGET [OPTION...]: what s1spool makes, but with files looked for each second.
setup()
{
	"$S1SPOOL" setup "$@" --config "$dir/s1spool.yml" \
	    --assets "$top_srcdir/filebeat" 2>"$dir/setup.said" |
	    sed 's/^\( *\)close.on_state_change.inactive: 1h$/&\
\1prospector.scanner.check_interval: 1s/'
	[ ! -s "$dir/setup.said" ] || fail "setup: $(cat "$dir/setup.said")"
}

# shipper_conf FORM: filebeat.yml; what pipeline it asks for, what it adds.
shipper_conf()
{
	pipeline=_none
	map_option=
	cat "$here/added/filebeat" >"$dir/added"
	[ ! -e "$here/added/$1" ] || cat "$here/added/$1" >>"$dir/added"
	case $1 in
	raw)
		pipeline=
		map_option=--raw
		setup filebeat
		;;
	agent) setup agent | awk -v version="$version" -f "$here/agent.awk" ;;
	fingerprint)
		setup filebeat | sed "s/file_identity.path: ~/$fingerprint/
		    s/fingerprint.enabled: false/fingerprint: $head/"
		;;
	*) setup filebeat ;;
	esac >"$dir/filebeat.yml"
}
fingerprint='file_identity.fingerprint: ~'
head='{ enabled: true, offset: 0, length: 64 }'

# Filebeat understands what is made for each output, once the names in it are
# real ones.
check_outputs()
{
	url=http://127.0.0.1:1
	spool_conf mapped
	cloud=$(printf 'cloud.example\044abc\044def' | base64)
	openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=example \
	    -keyout "$dir/key.pem" -out "$dir/ca.pem" 2>/dev/null
	for output in elasticsearch cloud serverless logstash kafka; do
		setup filebeat --output $output | sed "s/NAME:BASE64/x:$cloud/
		    s,/etc/filebeat/ca.pem,$dir/ca.pem," >"$dir/filebeat.yml"
		"$filebeat" test config -c "$dir/filebeat.yml" \
		    --path.home "$dir/home" --path.data "$dir/data" \
		    --strict.perms=false >"$dir/config.out" 2>&1 ||
		    fail "$output: $(cat "$dir/config.out")"
	done
}

for program in $(programs); do
	use "$program"
	check_outputs
	for form in ${FORMS-mapped raw agent fingerprint}; do
		live "$form"
	done
done
# A part of the forms may not meet all of it.
[ -n "${FORMS-}" ] || check_trouble
finish
