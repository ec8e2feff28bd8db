#!/bin/sh
# make bench: every figure, printed, and written to docs/performance.md of the
# source tree, or of the build where that cannot be written.  Some minutes.
#
#   [PARTS="map end_to_end memory growth spool prune consoles"] [CONSOLES=100]
#
# With some PARTS only, the page is printed and not kept.
set -eu

parts=${PARTS-map end_to_end memory growth spool prune consoles}
page=$(mktemp)
head=$(mktemp)
trap 'rm -f "$page" "$head"' EXIT
trap 'exit 1' HUP INT TERM
here=$top_builddir/tests/bench

say()
{
	tee -a "$page"
}

# part NAME TITLE COMMAND...: the method is on stdin, the figures follow.
part()
{
	name=$1
	title=$2
	shift 2
	case " $parts " in *" $name "*) ;; *) return 0 ;; esac
	{
		printf '\n## %s\n\n' "$title"
		cat
		printf '\n```\n'
	} | say
	"$@" </dev/null | say
	echo '```' | say
}

model()
{
	sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1
}

tee "$head" <<END
# Performance

Written by \`make bench\` on $(date -u +%Y-%m-%d), s1spool $("$S1SPOOL" --version |
    sed -n '1s/s1spool //p'). One machine, one run: compare the
ratios, and make the table on your own.

| | |
|---|---|
| processor | $(model), $(nproc) of them |
| kernel | $(uname -sr) |
| libraries | $("$S1SPOOL" --version | sed -n '2,$p' | paste -sd ',' |
    sed 's/,/, /g') |
| compiler flags | ${BENCH_CFLAGS-} |
| load before | $(cut -d ' ' -f 1-3 /proc/loadavg) |
END

part map 'From page bytes to lines' "$here/bench" "$MOCK_CONSOLE" 0.5 <<'END'
tests/bench/bench.c: pages that the mock console prints, through splitter and mapper
in memory, and through json-c for comparison, on one core.
END
part end_to_end 'From console to durable segment' \
    sh "$top_srcdir/tests/bench/end_to_end.sh" <<'END'
tests/bench/end_to_end.sh: `s1spool once` from an empty spool against a mock console on
the same machine, pages of 1000: 51,200 records of activity, agent, alert, group, threat
and unified_alert (each 2.7 KB on average), median of three rounds. The console keeps the
texts of its records, and the API's rate limits are not kept. Records a second are those
of both together; gzip is packed by the console each time, so it is the console that is
waited for there. CPU seconds for 10^6 records are the collector's alone, system included
and given beside. Then, where its time goes (tests/bench/phases.c: a clock at the doors
between its parts) without what it waits for the console: client is libcurl with TLS,
HTTP and unpacking; line is ids and heads of lines; sync waits for the disk.
END
part memory 'Memory' sh "$top_srcdir/tests/bench/memory.sh" <<'END'
tests/bench/memory.sh: VmHWM of the daemon, from an empty spool to the end of the first
poll of all datasets, with the pages of the program and of some 40 libraries that libcurl
brings, and over TLS with the authorities of the system. Remembered ids take 30 to 34
bytes each.
END
part growth 'How cost grows' "$here/growth" "$PWD" <<'END'
tests/bench/growth.c: CPU time by size, for each byte, member or file, median of three:
what is linear stays level along a row, but for caches that it outgrows.
END
part spool 'The spool' "$here/bench_spool" "$PWD" 256 <<'END'
tests/bench/bench_spool.c: wall time, on the disk of the build.
END
part prune 's1spool prune' "$here/bench_prune" "$PWD" 2000 <<'END'
tests/bench/bench_prune.c: wall time, on the disk of the build.
END
# shellcheck disable=SC2086 # a list
part consoles 'Many consoles' env WINDOW="${WINDOW-20}" STALLED=0 FILEBEAT= \
    sh "$top_srcdir/tests/bench/consoles.sh" ${CONSOLES-1 100} <<'END'
tests/bench/consoles.sh: docs/scaling.md explains the columns and has a thousand
(`make bench PARTS=consoles CONSOLES=1000`).
END

printf '\n## In one table\n\n' | tee -a "$head"
awk -f "$top_srcdir/tests/bench/summary.awk" "$page" | tee -a "$head"
[ -z "${PARTS-}" ] || exit 0
to=$top_srcdir/docs/performance.md
[ -w "$to" ] || {
	mkdir -p docs
	to=docs/performance.md
}
cat "$head" "$page" >"$to"
echo "written: $to"
