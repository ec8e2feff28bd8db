#include "config.h"

#include "collector/conf/conf_text.h"

#include <ctype.h>
#include <stdlib.h>

#include "collector/base/xalloc.h"
#include "collector/conf/conf_url.h"
#include "collector/conf/conf_word.h"

/* A data stream's namespace and a folder's name. */
#define NAMESPACE_MAX 100
#define NAME_MAX_LEN 64
#define USER_MAX_LEN 1024

static int
keep(void *field, struct slice text)
{
	*(char **)field = xstrndup(text.p, text.len);
	return 0;
}

bool
conf_text_has_control(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (iscntrl((unsigned char)text.p[i]))
			return true;
	return false;
}

int
conf_text_name(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	size_t i = 0;

	(void)o;
	while (i < text.len && (islower((unsigned char)text.p[i]) ||
	    isdigit((unsigned char)text.p[i]) || text.p[i] == '_' ||
	    text.p[i] == '-'))
		i++;
	if (text.len == 0 || i < text.len)
		return conf_refuse(why, text,
		    "is no name; use a-z, 0-9, _ and -");
	if (text.len > NAME_MAX_LEN)
		return conf_refuse(why, text, "is longer than %d characters",
		    NAME_MAX_LEN);
	return keep(field, text);
}

int
conf_text_namespace(const struct conf_option *o, void *field,
    struct slice text, struct buf *why)
{
	(void)o;
	for (size_t i = 0; i < text.len; i++)
		if (isupper((unsigned char)text.p[i]) ||
		    strchr("\\/*?\"<>| ,#:-", text.p[i]) != NULL)
			return conf_refuse(why, text, "is no namespace; it "
			    "must not have capitals, blanks or any of "
			    "\\/*?\"<>|,#:-");
	if (text.len == 0 || text.len > NAMESPACE_MAX)
		return conf_refuse(why, text, "is no namespace; it has 1 to %d "
		    "characters", NAMESPACE_MAX);
	return keep(field, text);
}

int
conf_text_uuid(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	bool right = text.len == sizeof(form) - 1;

	(void)o;
	for (size_t i = 0; right && i < text.len; i++)
		right = form[i] == '-' ? text.p[i] == '-' :
		    memchr("0123456789abcdef", text.p[i], 16) != NULL;
	if (!right)
		return conf_refuse(why, text, "is no id of an Elastic Agent; "
		    "it looks like %s, in small letters", form);
	return keep(field, text);
}

/* A refused path is not repeated: it may be a token or a key put there. */
int
conf_text_path(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	(void)o;
	if (text.len == 0 || text.p[0] != '/' || conf_text_has_control(text)) {
		buf_adds(why, "must be an absolute path, beginning with /");
		return -1;
	}
	return keep(field, text);
}

int
conf_text_url(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	char *written = xstrndup(text.p, text.len);
	bool cut = false;
	char *url;

	(void)o;
	url = conf_url_console(written, &cut, why);
	free(written);
	if (url == NULL)
		return -1;
	if (cut)
		buf_addf(why, "taken as %s; what follows is ignored", url);
	*(char **)field = url;
	return 0;
}

int
conf_text_server_url(const struct conf_option *o, void *field,
    struct slice text, struct buf *why)
{
	char *written = xstrndup(text.p, text.len);
	char *url = conf_url_server(written, why);

	(void)o;
	free(written);
	if (url == NULL)
		return -1;
	*(char **)field = url;
	return 0;
}

int
conf_text_user(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	(void)o;
	if (text.len == 0 || text.len > USER_MAX_LEN ||
	    memchr(text.p, ':', text.len) != NULL)
		return conf_refuse(why, text, "is no user name; it has 1 to %d "
		    "characters and no colon", USER_MAX_LEN);
	return keep(field, text);
}

int
conf_text_proxy(const struct conf_option *o, void *field, struct slice text,
    struct buf *why)
{
	char *written = xstrndup(text.p, text.len);

	(void)o;
	if (!conf_url_is_proxy(written, why)) {
		free(written);
		return -1;
	}
	*(char **)field = written;
	return 0;
}
