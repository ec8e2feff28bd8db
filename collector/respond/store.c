#include "config.h"

#include "collector/respond/store.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/fsutil.h"
#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "collector/json/tree.h"

#define MODE 0600
#define SHA256_BYTES 32

static const char *
folder(const struct respond *r)
{
	return respond_has(r, RESPOND_OUTPUT) ?
	    r->call->value[RESPOND_OUTPUT] : ".";
}

int
store_open(struct respond *r)
{
	int dir = fs_open_dir(AT_FDCWD, folder(r));

	if (dir >= 0 && faccessat(dir, ".", W_OK | X_OK, 0) == 0)
		return dir;
	respond_say(r, "%s: %s", folder(r), strerror(errno));
	if (dir >= 0)
		close(dir);
	return -1;
}

char *
store_name(const struct respond *r, const char *id, const char *ending)
{
	char *name = xasprintf("%s-%s%s", r->host.name, id, ending);

	for (char *p = name; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr("-_.", *p) == NULL)
			*p = '_';
	/* No hidden file, and nothing that looks like an option. */
	if (*name == '.' || *name == '-')
		*name = '_';
	return name;
}

char *
store_path(const struct respond *r, const char *name)
{
	return strcmp(folder(r), ".") == 0 ? xstrdup(name) :
	    xasprintf("%s/%s", folder(r), name);
}

/* Closes fd. */
static int
write_all(int dir, int fd, struct slice content)
{
	int good = fs_write_full(fd, content.p, content.len) == content.len &&
	    fsync(fd) == 0;
	int error = errno;

	/* What close() has to say was said by fsync(). */
	close(fd);
	errno = error;
	return good && fs_sync_dir(dir) == 0 ? 0 : -1;
}

int
store_write(struct respond *r, int dir, const char *name, struct slice content)
{
	int fd = openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE);
	char *path;

	if (fd >= 0) {
		if (write_all(dir, fd, content) == 0)
			return 0;
		fd = errno;
		unlinkat(dir, name, 0);
		errno = fd;
	}
	path = store_path(r, name);
	respond_say(r, "%s: %s", path, strerror(errno));
	free(path);
	return -1;
}

int
store_rename(int dir, const char *from, const char *to)
{
	/* A link, for rename() would write over what is there. */
	if (linkat(dir, from, dir, to, 0) != 0)
		return -1;
	unlinkat(dir, from, 0);
	fs_sync_dir(dir);
	return 0;
}

static void
add_text(struct json_object *o, const char *name, const char *text)
{
	tree_put(o, name, tree_text(text));
}

/* The same for the audit and for people. */
static void
describe(struct respond *r, const char *name, struct slice content,
    struct json_object *told)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	char hex[2 * SHA256_BYTES + 1];
	char *path = store_path(r, name);

	if (EVP_Digest(content.p, content.len, sum, NULL, EVP_sha256(),
	    NULL) != 1)
		abort();
	num_hex_text(sum, SHA256_BYTES, hex);
	respond_fact(r, "file.name", tree_text(name));
	respond_fact(r, "file.size", tree_int((int64_t)content.len));
	respond_fact(r, "file.hash.sha256", tree_text(hex));
	add_text(told, "file", path);
	tree_put(told, "size", tree_int((int64_t)content.len));
	add_text(told, "sha256", hex);
	free(path);
}

int
store_archive(struct respond *r, int dir, const char *id,
    struct slice content, struct json_object *told)
{
	char *name = store_name(r, id, ".zip");
	int code = store_write(r, dir, name, content);

	if (code == 0)
		describe(r, name, content, told);
	free(name);
	return code;
}

void
store_tell(const struct respond *r, struct json_object *told)
{
	if (respond_has(r, RESPOND_JSON)) {
		puts(tree_print(told, TREE_PLAIN));
		return;
	}
	json_object_object_foreach(told, name, value)
		printf("%-13s %s\n", name, tree_string(value));
}
