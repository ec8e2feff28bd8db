#include "config.h"

#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/log.h"
#include "collector/cmd/cmd.h"

int
cmd_become_owner(const char *directory)
{
	struct stat sb;

	if (geteuid() != 0 || stat(directory, &sb) != 0 || sb.st_uid == 0)
		return 0;
	if (setgroups(0, NULL) == 0 && setgid(sb.st_gid) == 0 &&
	    setuid(sb.st_uid) == 0)
		return 0;
	log_error("cannot become the owner of %s: %s", directory,
	    strerror(errno));
	return -1;
}
