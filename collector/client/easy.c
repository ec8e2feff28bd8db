#include "config.h"

#include "collector/client/easy.h"

#include <stdlib.h>

#include "collector/base/log.h"

void
easy_refused(const char *option)
{
	log_error("libcurl: %s is refused", option);
	abort();
}
