# The first line of the input, which is JSON, with a member or an element a
# line; each token as it came.
function indent(depth,    s)
{
	while (depth-- > 0)
		s = s "  "
	return s
}

NR == 1 {
	rest = $0
	while (match(rest, /^("([^"\\]|\\.)*"|[][{},:]|[^][{},: "]+)/)) {
		token = substr(rest, 1, RLENGTH)
		rest = substr(rest, RLENGTH + 1)
		if (token ~ /^[]}]$/)
			out = out "\n" indent(--depth)
		out = out token
		if (token ~ /^[[{]$/)
			out = out "\n" indent(++depth)
		else if (token == ",")
			out = out "\n" indent(depth)
		else if (token == ":")
			out = out " "
	}
	print out
}
