/*
 * fake_shipper REGISTRY OUT PATTERN
 *
 * What of a Filebeat matters for the spool: tails the files that match, packed
 * ones too, knows them by the fingerprint of their first 64 bytes, appends each
 * whole line to OUT/<name of the file's folder>/out.ndjson, and then notes the
 * offset in its registry.  Forgets a file when it is gone.  Until SIGTERM.  One
 * that is started again goes on where its registry says.
 */
#include "config.h"

#include <err.h>
#include <glob.h>
#include <json-c/json.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <zlib.h>

#include "tests/unit/memlog.h"

#define FILES_MAX 1000
#define HEAD 64
#define LINE_LEN (4 << 20)
#define LINES_A_ROUND 300 /* of a file: it falls behind now and then */
#define PER_CHECKPOINT 40

static struct file {
	char fingerprint[2 * SHA256_DIGEST_LENGTH + 1];
	long offset;
	bool seen; /* in this round */
	bool missed; /* in the one before: it may have been packed meanwhile */
} files[FILES_MAX];
static size_t n_files;
static struct memlog registry;
static volatile sig_atomic_t stop;
static char line[LINE_LEN];

static void
on_term(int sig)
{
	(void)sig;
	stop = 1;
}

static bool
fingerprint(gzFile gz, char out[2 * SHA256_DIGEST_LENGTH + 1])
{
	unsigned char head[HEAD], digest[SHA256_DIGEST_LENGTH];

	if (gzread(gz, head, HEAD) != HEAD)
		return false;
	SHA256(head, HEAD, digest);
	for (int i = 0; i < SHA256_DIGEST_LENGTH; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
	return true;
}

static struct file *
know(const char *print)
{
	size_t i = 0;

	while (i < n_files && strcmp(files[i].fingerprint, print) != 0)
		i++;
	if (i == FILES_MAX)
		errx(99, "too many files");
	if (i == n_files) {
		files[n_files++] = (struct file){ .offset = 0 };
		snprintf(files[i].fingerprint, sizeof(files[i].fingerprint),
		    "%s", print);
	}
	return &files[i];
}

/* What the registry knows of files when it is opened. */
static void
recall(void)
{
	for (int i = 0; i < registry.n; i++) {
		const struct memlog_state *s = &registry.states[i];
		struct json_object *o = json_tokener_parse(s->value);
		struct json_object *cursor, *offset;

		if (json_object_object_get_ex(o, "cursor", &cursor) &&
		    json_object_object_get_ex(cursor, "offset", &offset))
			know(strrchr(s->key, ':') + 1)->offset =
			    (long)json_object_get_int64(offset);
		json_object_put(o);
	}
}

static FILE *
open_out(const char *out, const char *path)
{
	const char *end = strrchr(path, '/'), *name = end;
	char folder[4000], file[4100];
	FILE *f;

	while (name > path && name[-1] != '/')
		name--;
	snprintf(folder, sizeof(folder), "%s/%.*s", out, (int)(end - name),
	    name);
	mkdir(folder, 0700);
	snprintf(file, sizeof(file), "%s/out.ndjson", folder);
	f = fopen(file, "ae");
	if (f == NULL)
		err(99, "%s", file);
	return f;
}

/* Deliver whole lines from the offset on, and acknowledge them. */
static void
ship(gzFile gz, struct file *f, const char *out, const char *path)
{
	FILE *to = open_out(out, path);
	long offset = f->offset;
	size_t len;

	gzseek(gz, offset, SEEK_SET);
	for (int n = 0; n < LINES_A_ROUND; n++) {
		if (gzgets(gz, line, sizeof(line)) == NULL)
			break;
		len = strlen(line);
		if (line[len - 1] != '\n')
			break;
		fputs(line, to);
		offset += (long)len;
	}
	if (fclose(to) != 0)
		err(99, "%s", out);
	if (offset == f->offset)
		return;
	f->offset = offset;
	memlog_set(&registry, "fake", "fingerprint", f->fingerprint, path,
	    offset);
}

static void
look_at(const char *out, const char *path)
{
	gzFile gz = gzopen(path, "rb");
	char print[2 * SHA256_DIGEST_LENGTH + 1];
	struct file *f;

	if (gz == NULL)
		return;
	if (fingerprint(gz, print)) {
		f = know(print);
		/* Packed and plain are one: the first of the names counts. */
		if (!f->seen)
			ship(gz, f, out, path);
		f->seen = true;
	}
	gzclose(gz);
}

static void
forget_gone(void)
{
	for (size_t i = 0; i < n_files;) {
		if (files[i].seen || !files[i].missed) {
			files[i].missed = !files[i].seen;
			files[i++].seen = false;
			continue;
		}
		memlog_remove(&registry, "fake", "fingerprint",
		    files[i].fingerprint);
		files[i] = files[--n_files];
	}
}

int
main(int argc, char **argv)
{
	const struct timespec pause = { 0, 20000000 };
	glob_t g;

	if (argc != 4)
		errx(99, "usage: fake_shipper REGISTRY OUT PATTERN");
	signal(SIGTERM, on_term);
	memlog_resume(&registry, argv[1], PER_CHECKPOINT);
	recall();
	while (!stop) {
		if (glob(argv[3], 0, NULL, &g) == 0) {
			for (size_t i = 0; i < g.gl_pathc; i++)
				look_at(argv[2], g.gl_pathv[i]);
			globfree(&g);
			forget_gone();
		}
		nanosleep(&pause, NULL);
	}
	memlog_close(&registry);
	return 0;
}
