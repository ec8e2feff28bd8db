# awk -v dataset=NAME -f page.awk NAME.tsv ROWS
#
# The head of a page of the field reference: what the dataset is, from the
# comment of its file, and its fields, as rows.awk lists them.
BEGIN {
	FS = "\t"
	print "# " dataset
	print ""
}

# Text of the table: type, then what sets the field apart from others of it.
function type_of(type, parameters,    text, multi)
{
	text = type
	if (match(parameters, /fields\.[a-z]*\.type=[a-z_]*/)) {
		multi = substr(parameters, RSTART, RLENGTH)
		sub(/^fields\./, "", multi)
		text = text ", `." multi
		sub(/\.type=/, "` ", text)
	}
	if (index(parameters, "index=false"))
		text = text ", not indexed"
	return text
}

function row()
{
	return "| `" $1 "` | " type_of($2, $3) " | " $5 " |"
}

FNR == 1 {
	nth++
}

nth == 1 && /^#/ {
	print substr($0, 3)
}

nth == 2 && $4 == "added" {
	added[n_added++] = row()
}

nth == 2 && index($5, "; copied to ") {
	copied = 1
}

nth == 2 && $4 == "line" {
	if (!n++) {
		print ""
		table("Fields")
	}
	print row()
}

function table(title)
{
	print "## " title
	print ""
	print "| field | type | description |"
	print "|---|---|---|"
}

END {
	if (copied) {
		print ""
		print "A field that is copied to one of ECS is itself left out unless"
		print "`preserve_duplicate_custom_fields` is on."
	}
	print ""
	table("Added on the way")
	for (i = 0; i < n_added; i++)
		print added[i]
	print ""
	print "## Example"
	print ""
	print "```json"
}
