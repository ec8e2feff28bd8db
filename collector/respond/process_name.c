#include "config.h"

#include "collector/respond/process_name.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define LEN_MAX 255

/* Beside letters and digits.  No quote of any kind, no back-slash, $, %, !,
 * *, ?, comma or semicolon; and no letters beyond ASCII, for PowerShell takes
 * some of those for quotes. */
static const char allowed[] = " ._-+@#=~()[]{}:/";

const char *
process_name_refuse(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > LEN_MAX)
		return "is empty, or too long";
	if (name[strspn(name, " .")] == '\0')
		return "is no name";
	if (name[0] == '-' || name[0] == ' ' || name[n - 1] == ' ')
		return "begins with a dash or a space, or ends with one";
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)name[i]) &&
		    strchr(allowed, name[i]) == NULL)
			return "has a character that could mean something to "
			    "a shell of the host, such as a quote, $, *, a "
			    "comma or a control character";
	return NULL;
}
