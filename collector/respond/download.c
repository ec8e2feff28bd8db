#include "config.h"

#include "collector/respond/download.h"

#include <stdlib.h>
#include <strings.h>

#include "collector/base/xalloc.h"
#include "collector/conf/conf_url.h"

#define TRIES 3
#define PAUSE_MS 1000
#define SCHEME_END "://"

static bool
keep(void *cookie, struct slice piece)
{
	return buf_add_slice(cookie, piece) == 0;
}

int
download_file(struct respond *r, const char *path, struct buf *to)
{
	char *full = xasprintf("%s%s", ASK_ROOT, path);
	struct ask_reply reply;
	int code = RESPOND_GO;

	for (int tries = TRIES;; ) {
		buf_reset(to);
		ask_download(r->ask, full, false, keep, to, &reply);
		if (reply.verdict != VERDICT_RETRY || --tries == 0 ||
		    ask_is_interrupted(r->ask))
			break;
		ask_reply_fini(&reply);
		ask_pause(r->ask, PAUSE_MS);
	}
	if (reply.verdict != VERDICT_OK) {
		respond_say(r, "the download failed: %s", reply.detail.p);
		code = ask_exit(&reply);
	}
	ask_reply_fini(&reply);
	free(full);
	return code;
}

static bool
is_plain(const char *link)
{
	for (; *link != '\0'; link++)
		if ((unsigned char)*link <= ' ' ||
		    (unsigned char)*link >= 0x7f)
			return false;
	return true;
}

static bool
is_https(const char *url)
{
	return strncasecmp(url, "https" SCHEME_END, 8) == 0;
}

/* Its scheme, host and port, to be freed; NULL when we do not go there. */
static char *
origin_of(const struct respond *r, const char *link)
{
	char *origin = NULL;
	struct buf why;
	bool cut;

	buf_init(&why, 4096);
	if (is_plain(link) && (is_https(link) || !is_https(r->console.url)))
		origin = conf_url_console(link, &cut, &why);
	buf_fini(&why);
	return origin;
}

static int
fetch(struct respond *r, char *origin, const char *path, struct buf *to)
{
	/* All of the console's that is about the way, and not its token. */
	struct conf_console conf = r->console;
	struct ask_reply reply;
	struct ask *ask;
	struct buf err;
	int code = RESPOND_DONE;

	conf.url = origin;
	buf_init(&err, 4096);
	ask = ask_new(&conf, &err);
	if (ask == NULL) {
		respond_say(r, "%s", err.p);
		buf_fini(&err);
		return RESPOND_FAILED;
	}
	buf_fini(&err);
	ask_catch(ask);
	buf_reset(to);
	ask_download(ask, path, true, keep, to, &reply);
	if (reply.verdict != VERDICT_OK) {
		respond_say(r, "the link to the results does not lead to "
		    "them: %s", reply.status != 0 ? "it is refused, or has "
		    "expired" : reply.detail.p);
		code = RESPOND_GO;
	}
	ask_reply_fini(&reply);
	ask_free(ask);
	return code;
}

int
download_link(struct respond *r, const char *link, struct buf *to)
{
	char *origin = origin_of(r, link);
	const char *path;
	int code;

	if (origin == NULL) {
		respond_say(r, "the link to the results is no https address, "
		    "and is not followed");
		return RESPOND_FAILED;
	}
	path = strstr(link, SCHEME_END) + strlen(SCHEME_END);
	path += strcspn(path, "/?#");
	code = fetch(r, origin, *path == '/' ? path : "/", to);
	free(origin);
	return code;
}
