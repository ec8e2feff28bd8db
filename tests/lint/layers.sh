# Includes go downwards only.
. "$top_srcdir/tests/lint/lib.sh"
cd "$top_srcdir" || exit 99

includes()
{
	for f in $(lint_sources collector spool); do
		sed -n "s,^#include \"\\([^\"]*\\)/[^/\"]*\".*,$f \\1,p" "$f"
	done
}

upward()
{
	awk '
	BEGIN {
		n = split("base json map dataset conf client walk setup check respond cmd", order)
		for (i = 1; i <= n; i++)
			rank["collector/" order[i]] = i
	}
	function allowed(from, to) {
		if (from == "spool")
			return to == "spool" || to == "collector/base"
		if (to == "spool")
			return rank[from] >= rank["collector/walk"]
		return to in rank && rank[to] <= rank[from]
	}
	{
		from = $1
		sub("/[^/]*$", "", from)
		if (!allowed(from, $2))
			print $1 " includes " $2
	}'
}

lint_none 'includes that do not go downwards' "$(includes | upward)"
lint_end
