# The page of run.sh in one table, beside what we aim for.

function row(what, figure, goal)
{
	if (n++ == 0)
		print "| | measured | aim |\n|---|---:|---:|"
	printf "| %s | %s | %s |\n", what, figure, goal
}

/^## / {
	part = $0
}

/^```/ {
	figures = !figures
}

figures && part ~ /From page bytes/ && NF == 11 && $9 ~ /^[0-9.]+$/ {
	row($1 ": page bytes to lines", $6 " MB/s, " $9 " times json-c",
	    ($1 == "threat" ? 1000 : 500) " MB/s, 15 times")
	speed += $6
	ratio += $9
	datasets++
}

figures && part ~ /From console/ && /^HTTP/ {
	name = substr($0, 1, 26)
	sub(/ +$/, "", name)
	split(substr($0, 27), f, " ")
	row("console to durable segment, " name,
	    f[1] " records/s, " f[2] " CPU s for 10^6", "")
}

figures && part ~ /Memory/ && $NF ~ /^[0-9.]+$/ {
	name = $0
	sub(/ +[0-9]+ +[0-9.]+$/, "", name)
	row("peak memory, " name, $NF " MiB", (/^nine/ ? 16 : 24) " MiB")
}

END {
	if (datasets > 0)
		row("page bytes to lines, mean of the datasets",
		    sprintf("%d MB/s, %.1f times json-c", speed / datasets,
		    ratio / datasets), "15 times")
}
