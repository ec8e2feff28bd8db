#include "config.h"

#include "spool/shipper.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "spool/lines.h"
#include "spool/registry.h"

#define FINGERPRINT_MAX (1 << 20)

struct shipper {
	const struct shipper_options *opt;
	struct registry registry;
};

/* where the registry is */

/* Elastic Agent's folder of one version, "<top>/data/elastic-agent-...", and
 * the links by which the installed one is known. */
static const char *const agent_links[] = {
	"/elastic-agent", "/bin/elastic-agent", NULL
};
static const char *const package_link =
    "/usr/share/elastic-agent/bin/elastic-agent";

static bool
links_to(const char *link, struct slice version)
{
	char target[4096];
	ssize_t n = readlink(link, target, sizeof(target) - 1);

	if (n < 0)
		return false;
	target[n] = '\0';
	return memmem(target, (size_t)n, version.p, version.len) != NULL;
}

/* Is the path below the version of the agent that is installed? */
static bool
is_installed(const char *path)
{
	static const char data[] = "/data/";
	const char *at = strstr(path, data);
	struct slice version;
	bool found = false;

	if (at == NULL)
		return false;
	/* With the slash behind it, so that 9.1 is not 9.10. */
	version.p = at + sizeof(data) - 1;
	version.len = strcspn(version.p, "/") + 1;
	for (size_t i = 0; !found && agent_links[i] != NULL; i++) {
		char *link = xasprintf("%.*s%s", (int)(at - path), path,
		    agent_links[i]);

		found = links_to(link, version);
		free(link);
	}
	return found || links_to(package_link, version);
}

/* The one folder that a pattern means; owned.  NULL with a message in err. */
static char *
find_folder(const struct shipper_options *opt, struct buf *err)
{
	char *found = NULL;
	glob_t g;

	if (glob(opt->registry, 0, NULL, &g) != 0) {
		buf_addf(err, "%s: there is no registry %s: has it run, and "
		    "may this process read it?", opt->name, opt->registry);
		return NULL;
	}
	if (g.gl_pathc == 1)
		found = xstrdup(g.gl_pathv[0]);
	for (size_t i = 0; g.gl_pathc > 1 && i < g.gl_pathc; i++)
		if (found == NULL && is_installed(g.gl_pathv[i]))
			found = xstrdup(g.gl_pathv[i]);
	if (found == NULL)
		buf_addf(err, "%s: %zu registries match %s, and none of them "
		    "is known to be the installed version's: name one",
		    opt->name, (size_t)g.gl_pathc, opt->registry);
	globfree(&g);
	return found;
}

struct shipper *
shipper_read(const struct shipper_options *opt, struct buf *err)
{
	struct shipper *s = xcalloc(1, sizeof(*s));
	char *folder;

	s->opt = opt;
	folder = opt->type == SHIPPER_ELASTIC_AGENT ? find_folder(opt, err) :
						      xstrdup(opt->registry);
	if (folder != NULL && registry_read(&s->registry, folder, err) == 0) {
		free(folder);
		return s;
	}
	free(folder);
	shipper_free(s);
	return NULL;
}

void
shipper_free(struct shipper *s)
{
	if (s == NULL)
		return;
	registry_fini(&s->registry);
	free(s);
}

const char *
shipper_name(const struct shipper *s)
{
	return s->opt->name;
}

/* one file */

/* By what shippers know it. */
struct identity {
	const char *path;
	char fingerprint[2 * SHA256_DIGEST_LENGTH + 1];
	char inode[32]; /* "<inode>-" */
};

/* The head of a file, unpacked: shippers do the same. */
static int
make_fingerprint(const struct shipper_file *f, int64_t length,
    struct identity *id)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	int fd = openat(f->dirfd, f->path, O_RDONLY | O_CLOEXEC);
	gzFile gz = fd < 0 ? NULL : gzdopen(fd, "rb");
	unsigned char *head;
	int n;

	id->fingerprint[0] = '\0';
	if (gz == NULL)
		return -1;
	head = xmalloc((size_t)length);
	n = gzread(gz, head, (unsigned)length);
	gzclose_r(gz);
	/* A shorter file is not looked at by a shipper. */
	if (n == length) {
		SHA256(head, (size_t)n, digest);
		num_hex_text(digest, sizeof(digest), id->fingerprint);
	}
	free(head);
	return n < 0 ? -1 : 0;
}

static bool
is_wanted(const struct shipper *s, const struct registry_entry *e)
{
	char *const *input = s->opt->inputs;

	if (input == NULL || *input == NULL)
		return true;
	while (*input != NULL && strcmp(*input, e->input) != 0)
		input++;
	return *input != NULL;
}

/*
 * Names in the spool are never used twice, so a path alone tells; an inode
 * does not, as the next file may have it.
 */
static bool
is_same_file(const struct registry_entry *e, const struct identity *id)
{
	if (strcmp(e->identity, "fingerprint") == 0 &&
	    id->fingerprint[0] != '\0' &&
	    strcmp(e->value, id->fingerprint) == 0)
		return true;
	if (strcmp(e->source, id->path) != 0)
		return strcmp(e->identity, "path") == 0 &&
		    strcmp(e->value, id->path) == 0;
	if (strcmp(e->identity, "native") == 0 ||
	    strcmp(e->identity, "inode_marker") == 0)
		return strncmp(e->value, id->inode, strlen(id->inode)) == 0;
	return true;
}

/* The end of the last whole line: a shipper does not go beyond. */
static int64_t
find_end(const struct shipper_file *f)
{
	struct slice line;
	struct lines l;
	int64_t end;
	int r;

	if (lines_open(&l, f->dirfd, f->path, 0) != 0)
		return -1;
	while ((r = lines_next(&l, &line)) > 0)
		;
	end = r < 0 ? -1 : l.end;
	lines_close(&l);
	return end;
}

/* What one entry proves. */
static bool
has_all(const struct registry_entry *e, const struct shipper_file *f,
    int64_t size, struct buf *why)
{
	int64_t end = size;

	/* The torn line of a crash is worth a look only at the end. */
	if (e->offset < size && e->offset > 0)
		end = find_end(f);
	if (e->offset >= end && e->offset <= size && end >= 0)
		return true;
	if (e->offset > size)
		buf_addf(why, "input %s has an offset behind the file's end",
		    e->input);
	else
		buf_addf(why, "input %s has delivered %" PRId64 " of %" PRId64
		    " bytes", e->input, e->offset, size);
	return false;
}

bool
shipper_has(const struct shipper *s, const struct shipper_file *f,
    struct buf *why)
{
	int64_t size = lines_size(f->dirfd, f->path);
	struct identity id = { .path = f->full_path };
	size_t known = 0;
	struct stat sb;

	if (size < 0 || fstatat(f->dirfd, f->path, &sb, 0) != 0 ||
	    make_fingerprint(f, s->opt->fingerprint_length, &id) != 0) {
		buf_addf(why, "the file cannot be read: %s", strerror(errno));
		return false;
	}
	/* Nobody has acknowledged lines before they were written. */
	if (s->registry.changed_ms < (int64_t)sb.st_mtime * 1000) {
		buf_adds(why, "its registry is older than the file: does it "
		    "run?");
		return false;
	}
	snprintf(id.inode, sizeof(id.inode), "%" PRIuMAX "-",
	    (uintmax_t)sb.st_ino);
	for (size_t i = 0; i < s->registry.n; i++) {
		const struct registry_entry *e = &s->registry.entries[i];

		if (!is_wanted(s, e) || !is_same_file(e, &id))
			continue;
		known++;
		if (!has_all(e, f, size, why))
			return false;
	}
	if (known == 0)
		buf_adds(why, "it does not know the file yet");
	return known > 0;
}
