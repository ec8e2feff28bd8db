# A block of README.md that begins with the name of a file in filebeat/shipper
# is a part of that file, word for word.
cd "$top_srcdir" || exit 99

awk '
function content(name,    text, line) {
	while ((getline line <name) > 0)
		text = text line "\n"
	close(name)
	return text
}
/^```/ {
	if (name != "") {
		n++
		if (index(content(name), block) == 0) {
			print "README.md: a block is not in " name ":\n" block
			bad = 1
		}
	}
	inside = !inside
	begins = inside
	name = block = ""
	next
}
begins {
	begins = 0
	if ($1 == "#" && $2 ~ /^filebeat\/shipper\//)
		name = $2
	next
}
name != "" { block = block $0 "\n" }
END {
	if (n == 0)
		print "README.md shows no example"
	exit bad || n == 0
}' README.md
