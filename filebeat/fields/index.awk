# awk -f index.awk types.tsv NAME.tsv...
#
# The first page of the field reference: the datasets and the types.
BEGIN {
	FS = "\t"
	print "# Field reference"
	print ""
	print "The fields of each dataset's documents in the mapped form, with an"
	print "example. `make docs-fields` writes these pages from `filebeat/fields`,"
	print "where the fields are declared; `make check` holds them against the"
	print "documents of the tests."
	print ""
	print "| dataset | documents |"
	print "|---|---|"
}

FNR == 1 {
	file = FILENAME
	sub(/.*\//, "", file)
	sub(/\.tsv$/, "", file)
}

file == "types" && !/^#/ {
	types = types "| " $1 " | " $3 " |\n"
}

file != "types" && /^#/ {
	words[file] = words[file] " " substr($0, 3)
}

file != "types" && !/^#/ && !(file in told) {
	told[file] = 1
	print "| [" file "](" file ".md) |" words[file] " |"
}

END {
	print ""
	print "The types are those of Elasticsearch. Most fields may have several"
	print "values, as a list. A value that needs no conversion is passed on as the"
	print "console sends it: an object where these pages have a text makes a"
	print "document that Elasticsearch refuses, as it refuses the integration's."
	print ""
	print "| type | values |"
	print "|---|---|"
	printf "%s", types
}
