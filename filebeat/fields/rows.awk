# awk -v dataset=NAME -f rows.awk types.tsv shared.tsv common.tsv added.tsv
#	NAME.tsv
#
# All fields of the documents of a dataset, one a line, ascending: field, type,
# parameters, "line" or "added" (by others, on the way), description.
BEGIN {
	FS = OFS = "\t"
}

function fail(what)
{
	printf "%s:%d: %s: %s\n", FILENAME, FNR, $1, what >"/dev/stderr"
	failed = 1
}

FNR == 1 {
	file = FILENAME
	sub(/.*\//, "", file)
	sub(/\.tsv$/, "", file)
	last = ""
}

/^#/ {
	next
}

{
	if (NF > 4 || $1 == "")
		fail("no row of a field")
	if ($1 <= last "" && last != "")
		fail("out of order")
	last = $1
}

file == "types" {
	defaults[$1] = $2
	next
}

$2 == "" {
	if (file != dataset || !($1 in type))
		fail("has no type")
	if ($4 != "")
		words[$1] = $4
	from[$1] = "line"
	next
}

{
	if (!($2 in defaults))
		fail("unknown type")
	if ($4 == "")
		fail("no description")
	if ($1 in type)
		fail("declared twice")
	if (file == dataset &&
	    index($1 ".", "sentinel_one." dataset ".") != 1)
		fail("not the dataset's own: belongs into shared.tsv")
	type[$1] = $2
	params[$1] = $3
	words[$1] = $4
	if (file != "shared")
		from[$1] = file == "added" ? "added" : "line"
}

# The parameters that the type has, and those of the row, which win.
function parameters(field,    list, n, i, name, value, seen, out)
{
	n = split(params[field] " " defaults[type[field]], list, " ")
	for (i = 1; i <= n; i++) {
		name = value = list[i]
		sub(/=.*/, "", name)
		sub(/[^=]*=/, "", value)
		if (!(name in seen) && value != "none")
			out = out (out == "" ? "" : " ") list[i]
		seen[name] = 1
	}
	gsub(/@dataset@/, dataset, out)
	return out
}

function insert(field,    i)
{
	for (i = n_fields++; i > 0 && field < sorted[i - 1]; i--)
		sorted[i] = sorted[i - 1]
	sorted[i] = field
}

END {
	if (failed)
		exit 1
	for (field in from)
		insert(field)
	for (i = 0; i < n_fields; i++) {
		field = sorted[i]
		print field, type[field], parameters(field), from[field],
		    words[field]
	}
}
