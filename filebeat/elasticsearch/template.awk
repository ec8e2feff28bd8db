# awk -v name=NAME [-v flag=BOOLEAN] -f template.awk ROWS
#
# The component template with the mappings of a data stream, made of its rows
# (see ../fields/rows.awk).  With a flag, labels.is_transform_source is that for
# all documents.
BEGIN {
	FS = "\t"
	if (flag != "")
		add("labels.is_transform_source", "constant_keyword",
		    "value=" flag)
}

# Make field known to the one above it, and that one to its own.
function hang(field,    above, last)
{
	if (field == "" || field in known)
		return
	known[field] = 1
	above = last = field
	if (!sub(/\.[^.]*$/, "", above))
		above = ""
	sub(/.*\./, "", last)
	hang(above)
	below[above, n_below[above]++] = last
}

function add(field, type, params)
{
	hang(field)
	type_of[field] = type
	params_of[field] = params
}

$1 ~ /\.\*$/ {
	wild[n_wild++] = $1
	wild_type[$1] = $2
	wild_params[$1] = $3
	next
}

{
	add($1, $2, $3)
}

function pad(depth)
{
	return sprintf("%" 2 * depth "s", "")
}

function quoted(value)
{
	return value ~ /^(true|false|[0-9]+)$/ && !is_constant ? value : \
	    "\"" value "\""
}

# {"type": ..., ...} of a field that has none below it.
function leaf(type, params,    list, n, i, part, out)
{
	is_constant = type == "constant_keyword"
	out = "{ \"type\": \"" type "\""
	n = split(params, list, " ")
	for (i = 1; i <= n; i++) {
		split(list[i], part, "=")
		if (part[1] ~ /^fields\./) {
			split(part[1], part, ".")
			sub(/.*=/, "", list[i])
			out = out ", \"fields\": { \"" part[2] "\": { \"" \
			    part[3] "\": \"" list[i] "\" } }"
		} else {
			out = out ", \"" part[1] "\": " quoted(part[2])
		}
	}
	return out " }"
}

function print_properties(field, depth,    i, child, path, comma)
{
	print pad(depth) "\"properties\": {"
	for (i = 0; i < n_below[field]; i++) {
		child = below[field, i]
		path = field == "" ? child : field "." child
		comma = i + 1 < n_below[field] ? "," : ""
		if (n_below[path] == 0) {
			print pad(depth + 1) "\"" child "\": " \
			    leaf(type_of[path], params_of[path]) comma
			continue
		}
		print pad(depth + 1) "\"" child "\": {"
		if (path in type_of)
			print pad(depth + 2) "\"type\": \"" type_of[path] "\","
		print_properties(path, depth + 2)
		print pad(depth + 1) "}" comma
	}
	print pad(depth) "}"
}

# What rows leave open, of any plain kind, is of one type.
function print_dynamic(    n, i, k, kinds)
{
	n = split("string long double boolean", kinds, " ")
	print "      \"dynamic_templates\": ["
	for (i = 0; i < n_wild; i++)
		for (k = 1; k <= n; k++)
			printf "        { \"%s %s\": { \"path_match\": \"%s\"," \
			    " \"match_mapping_type\": \"%s\", \"mapping\": " \
			    "%s } }%s\n", wild[i], kinds[k], wild[i], kinds[k],
			    leaf(wild_type[wild[i]], wild_params[wild[i]]),
			    i + 1 < n_wild || k < n ? "," : ""
	print "      ],"
}

END {
	print "{"
	print "  \"template\": {"
	print "    \"mappings\": {"
	print "      \"dynamic\": true,"
	print "      \"date_detection\": false,"
	if (n_wild > 0)
		print_dynamic()
	print_properties("", 3)
	print "    }"
	print "  },"
	print "  \"_meta\": { \"owner\": \"s1spool\", \"managed_by\": " \
	    "\"s1spool\", \"description\": \"Fields of " name "\" }"
	print "}"
}
