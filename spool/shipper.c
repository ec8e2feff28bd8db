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

/* What an entry may be found by. */
struct key {
	const char *text;
	const struct registry_entry *entry;
};

struct shipper {
	const struct shipper_options *opt;
	struct registry registry;
	struct key *keys; /* by text */
	size_t n_keys;
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
	static const char data[] = "/data/elastic-agent-";
	const char *at = strstr(path, data);
	struct slice version;
	bool found = false;

	if (at == NULL)
		return false;
	/* With the slash behind it, so that 9.1 is not 9.10. */
	version.p = at + sizeof("/data/") - 1;
	version.len = strcspn(version.p, "/") + 1;
	for (size_t i = 0; !found && agent_links[i] != NULL; i++) {
		char *link = xasprintf("%.*s%s", (int)(at - path), path,
		    agent_links[i]);

		found = links_to(link, version);
		free(link);
	}
	return found || links_to(package_link, version);
}

/* The one match that counts; NULL when none does, or several do. */
static const char *
choose(const glob_t *g)
{
	const char *chosen = NULL;

	if (g->gl_pathc == 1)
		return g->gl_pathv[0];
	for (size_t i = 0; i < g->gl_pathc; i++) {
		if (!is_installed(g->gl_pathv[i]))
			continue;
		if (chosen != NULL)
			return NULL;
		chosen = g->gl_pathv[i];
	}
	return chosen;
}

/* The one folder that a pattern means; owned.  NULL with a message in err. */
static char *
find_folder(const struct shipper_options *opt, struct buf *err)
{
	const char *chosen;
	char *found = NULL;
	glob_t g;

	if (glob(opt->registry, 0, NULL, &g) != 0) {
		buf_addf(err, "there is no registry %s: has it run, and may "
		    "this process read it?", opt->registry);
		return NULL;
	}
	chosen = choose(&g);
	if (chosen != NULL)
		found = xstrdup(chosen);
	else
		buf_addf(err, "%zu registries match %s, and not just one is "
		    "known to be the installed version's: name it",
		    (size_t)g.gl_pathc, opt->registry);
	globfree(&g);
	return found;
}

static bool
is_wanted(const struct shipper_options *opt, const struct registry_entry *e)
{
	char *const *input = opt->inputs;

	if (input == NULL || *input == NULL)
		return true;
	while (*input != NULL && strcmp(*input, e->input) != 0)
		input++;
	return *input != NULL;
}

static int
key_cmp(const void *a, const void *b)
{
	return strcmp(((const struct key *)a)->text,
	    ((const struct key *)b)->text);
}

/* By what identifies the file, and by its path. */
static void
index_entries(struct shipper *s)
{
	s->keys = xcalloc(2 * s->registry.n + 1, sizeof(*s->keys));
	for (size_t i = 0; i < s->registry.n; i++) {
		const struct registry_entry *e = &s->registry.entries[i];

		if (!is_wanted(s->opt, e))
			continue;
		s->keys[s->n_keys++] = (struct key){ e->value, e };
		s->keys[s->n_keys++] = (struct key){ e->source, e };
	}
	if (s->n_keys > 0)
		qsort(s->keys, s->n_keys, sizeof(*s->keys), key_cmp);
}

struct shipper *
shipper_read(const struct shipper_options *opt, struct buf *err)
{
	struct shipper *s = xcalloc(1, sizeof(*s));
	size_t said = err->len;
	char *folder;

	s->opt = opt;
	buf_addf(err, "%s: ", opt->name);
	folder = opt->type == SHIPPER_ELASTIC_AGENT ? find_folder(opt, err) :
						      xstrdup(opt->registry);
	if (folder == NULL || registry_read(&s->registry, folder, err) != 0) {
		shipper_free(s);
		s = NULL;
	} else {
		index_entries(s);
		buf_cut(err, said);
	}
	free(folder);
	return s;
}

void
shipper_free(struct shipper *s)
{
	if (s == NULL)
		return;
	registry_fini(&s->registry);
	free(s->keys);
	free(s);
}

const char *
shipper_name(const struct shipper *s)
{
	return s->opt->name;
}

void
shipper_look(const struct shipper *s, const char *folder,
    struct shipper_view *view)
{
	size_t len = strlen(folder);

	*view = (struct shipper_view){ .changed_ms = s->registry.changed_ms };
	for (size_t i = 0; i < s->registry.n; i++) {
		const struct registry_entry *e = &s->registry.entries[i];

		if (!is_wanted(s->opt, e) ||
		    strncmp(e->source, folder, len) != 0 ||
		    e->source[len] != '/')
			continue;
		view->files++;
		view->by_fingerprint += strcmp(e->identity, "fingerprint") ==
		    0;
		view->packed += lines_is_packed(e->source) && e->offset > 0;
	}
}

/* one file */

/* By what shippers know it. */
struct identity {
	const char *path;
	char fingerprint[2 * SHA256_DIGEST_LENGTH + 1];
	char inode[32]; /* "<inode>-" */
};

/* The head of a file, unpacked: shippers do the same.  A shorter file has no
 * fingerprint.  0, or -1 with errno. */
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
	if (gz == NULL) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	head = xmalloc((size_t)length);
	errno = EBADMSG;
	n = gzread(gz, head, (unsigned)length);
	if (n == length) {
		SHA256(head, (size_t)n, digest);
		num_hex_text(digest, sizeof(digest), id->fingerprint);
	}
	free(head);
	gzclose_r(gz);
	return n < 0 ? -1 : 0;
}

/*
 * Is what was found by path or fingerprint the file?  Names in the spool are
 * never used twice, so that is proof, unless it is another inode's.  An inode
 * alone is none: the next file may have it.
 */
static bool
is_same_file(const struct registry_entry *e, const struct identity *id)
{
	bool by_inode = strcmp(e->identity, "native") == 0 ||
	    strcmp(e->identity, "inode_marker") == 0;

	return !by_inode ||
	    strncmp(e->value, id->inode, strlen(id->inode)) == 0;
}

/* The first key of this text, or where it would be. */
static size_t
find_key(const struct shipper *s, const char *text)
{
	size_t low = 0, high = s->n_keys;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(s->keys[middle].text, text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A file whose entries are being asked. */
struct asking {
	const struct shipper *s;
	const struct shipper_file *f;
	struct identity id;
	int64_t size;
	bool stale; /* the registry is older than the file */
	size_t known; /* entries */
	enum shipper_answer answer;
	struct buf *why;
};

static enum shipper_answer
say_unreadable(struct buf *why)
{
	buf_addf(why, "the file cannot be read: %s", strerror(errno));
	return SHIPPER_CANNOT_TELL;
}

/* What one entry says. */
static enum shipper_answer
ask_entry(const struct asking *a, const struct registry_entry *e)
{
	int rest;

	if (e->offset > a->size) {
		buf_addf(a->why, "input %s has got to byte %" PRId64 " of a "
		    "file that has %" PRId64, e->input, e->offset, a->size);
		return SHIPPER_CANNOT_TELL;
	}
	/* Nobody has acknowledged bytes before they were written. */
	if (e->offset == a->size && a->stale) {
		buf_addf(a->why, "input %s has delivered it, but its registry "
		    "is older than the file", e->input);
		return SHIPPER_CANNOT_TELL;
	}
	/* Shippers do not go into the torn line that a death leaves. */
	rest = e->offset == a->size ? 0 :
	    lines_follow(a->f->dirfd, a->f->path, e->offset);
	if (rest == 0)
		return SHIPPER_HAS;
	if (rest < 0)
		return say_unreadable(a->why);
	buf_addf(a->why, "input %s has delivered %" PRId64 " of %" PRId64
	    " bytes", e->input, e->offset, a->size);
	return SHIPPER_HAS_NOT;
}

/* All entries that have the text, up to one that has not shipped the file. */
static void
ask_entries(struct asking *a, const char *text)
{
	for (size_t i = find_key(a->s, text); a->answer == SHIPPER_HAS &&
	     i < a->s->n_keys && strcmp(a->s->keys[i].text, text) == 0; i++) {
		const struct registry_entry *e = a->s->keys[i].entry;

		if (!is_same_file(e, &a->id))
			continue;
		a->known++;
		a->answer = ask_entry(a, e);
	}
}

static int
look_at(struct asking *a)
{
	struct stat sb;

	a->size = lines_size(a->f->dirfd, a->f->path);
	if (a->size < 0 || fstatat(a->f->dirfd, a->f->path, &sb, 0) != 0 ||
	    make_fingerprint(a->f, a->s->opt->fingerprint_length, &a->id) != 0)
		return -1;
	a->stale = a->s->registry.changed_ms < (int64_t)sb.st_mtime * 1000;
	snprintf(a->id.inode, sizeof(a->id.inode), "%" PRIuMAX "-",
	    (uintmax_t)sb.st_ino);
	return 0;
}

enum shipper_answer
shipper_ask(const struct shipper *s, const struct shipper_file *f,
    struct buf *why)
{
	struct asking a = { .s = s, .f = f, .id.path = f->full_path,
		.answer = SHIPPER_HAS, .why = why };

	if (look_at(&a) != 0)
		return say_unreadable(why);
	ask_entries(&a, a.id.path);
	if (a.id.fingerprint[0] != '\0')
		ask_entries(&a, a.id.fingerprint);
	if (a.known > 0 && a.answer == SHIPPER_HAS)
		return SHIPPER_HAS;
	if (lines_follow(f->dirfd, f->path, 0) == 0)
		return SHIPPER_HAS;
	if (a.known == 0) {
		buf_addf(why, "it does not know the file yet%s",
		    lines_is_packed(f->path) && !a.stale ?
		    ": does it read .gz?" : "");
		a.answer = SHIPPER_HAS_NOT;
	}
	if (a.answer == SHIPPER_HAS_NOT && a.stale) {
		buf_adds(why, ", and its registry is older than the file: "
		    "does it run?");
		a.answer = SHIPPER_CANNOT_TELL;
	}
	return a.answer;
}
