/*
 * check_spool DATASET LEDGER FOLDER [SINCE]
 *
 * Compare a stream's segments with the mock console's ledger: each version of
 * a record that can still be read at the console is there once, no version is
 * there twice, and nothing is there that the console never had.  Versions
 * older than SINCE need not be there.  Lines are whole JSON documents; only
 * the end of a segment may be torn, which nobody reads.
 *
 * The identities are computed here, from the ledger, and share no code with
 * the collector.
 */
#include "config.h"

#include <dirent.h>
#include <err.h>
#include <json-c/json.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_LEN 28
#define TELL_MAX 10 /* of each kind of fault */

struct version {
	char id[ID_LEN + 1];
	bool wanted; /* has to be there */
	unsigned lines; /* without a re-send number */
	char *text; /* the ledger's line */
};

/* In the order in which their names sort. */
static const struct {
	const char *dataset;
	const char *field[4]; /* of the ledger; none: it says the identity */
	const char *time; /* what walks go by */
} identities[] = {
	{ "activity", { "createdAt", "id", "updatedAt" }, "createdAt" },
	{ "agent", { "createdAt", "id", "updatedAt" }, "updatedAt" },
	{ "alert", { "id", "createdAt", "updatedAt" }, "createdAt" },
	{ "application", { NULL }, "updatedAt" },
	{ "application_risk", { NULL }, "updatedAt" },
	{ "group", { "createdAt", "id", "updatedAt" }, "updatedAt" },
	{ "threat", { "id", "createdAt", "updatedAt" }, "updatedAt" },
	{ "threat_event", { "threatId", "createdAt", "id" }, "updatedAt" },
	{ "unified_alert", { "detectedAt", "externalId", "id", "updatedAt" },
	    "updatedAt" },
};

static struct version *version;
static size_t n_versions, room;
static size_t n_lines, n_torn, n_resent;
static unsigned n_bad;

static void
tell(const char *what, const char *text)
{
	if (n_bad++ < TELL_MAX)
		printf("  %s: %.300s\n", what, text);
}

static const char *
text_of(struct json_object *o, const char *name)
{
	struct json_object *member;

	return json_object_object_get_ex(o, name, &member) ?
	    json_object_get_string(member) : NULL;
}

static void
compute_id(struct json_object *row, const char *const field[4],
    char id[ID_LEN + 1])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len;

	EVP_DigestInit_ex(ctx, EVP_sha1(), NULL);
	for (int i = 0; i < 4 && field[i] != NULL; i++) {
		const char *value = text_of(row, field[i]);

		if (value == NULL)
			continue;
		EVP_DigestUpdate(ctx, "", 1);
		EVP_DigestUpdate(ctx, value, strlen(value));
	}
	EVP_DigestFinal_ex(ctx, digest, &len);
	EVP_MD_CTX_free(ctx);
	EVP_EncodeBlock((unsigned char *)id, digest, (int)len);
}

static void
add_version(struct json_object *row, const char *line, size_t which,
    const char *since)
{
	const char *at = text_of(row, identities[which].time);
	struct version *v;

	if (n_versions == room) {
		room = room == 0 ? 1024 : 2 * room;
		version = realloc(version, room * sizeof(*version));
		if (version == NULL)
			err(99, "memory");
	}
	v = &version[n_versions++];
	*v = (struct version){ .text = strdup(line) };
	if (identities[which].field[0] != NULL)
		compute_id(row, identities[which].field, v->id);
	else
		snprintf(v->id, sizeof(v->id), "%s",
		    text_of(row, "identity"));
	v->wanted = text_of(row, "goneAt") == NULL &&
	    (since == NULL || (at != NULL && strcmp(at, since) >= 0));
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct version *)a)->id,
	    ((const struct version *)b)->id);
}

static void
read_ledger(const char *path, size_t which, const char *since)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (f == NULL)
		err(99, "%s", path);
	while ((len = getline(&line, &size, f)) > 0) {
		struct json_object *row = json_tokener_parse(line);

		if (row == NULL)
			errx(99, "%s: no JSON: %s", path, line);
		line[len - 1] = '\0';
		add_version(row, line, which, since);
		json_object_put(row);
	}
	free(line);
	fclose(f);
	if (n_versions > 0)
		qsort(version, n_versions, sizeof(*version), by_id);
}

static void
check_line(const char *line)
{
	struct json_object *o = json_tokener_parse(line), *head = NULL;
	struct version key = { .wanted = false }, *v;
	const char *id;

	if (o == NULL || !json_object_object_get_ex(o, "spool", &head) ||
	    (id = text_of(head, "id")) == NULL || strlen(id) != ID_LEN) {
		tell("no document", line);
		json_object_put(o);
		return;
	}
	memcpy(key.id, id, ID_LEN);
	v = n_versions == 0 ? NULL : bsearch(&key, version, n_versions,
	    sizeof(*version), by_id);
	if (v == NULL)
		tell("the console never had it", line);
	else if (text_of(head, "resend") != NULL)
		n_resent++;
	else if (++v->lines > 1)
		tell("twice", line);
	json_object_put(o);
}

static void
check_segment(const char *path)
{
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (f == NULL)
		err(99, "%s", path);
	while ((len = getline(&line, &size, f)) > 0) {
		if (line[len - 1] != '\n') {
			n_torn++;
			continue;
		}
		n_lines++;
		if (strlen(line) != (size_t)len)
			tell("a NUL byte", line);
		check_line(line);
	}
	free(line);
	fclose(f);
}

static void
check_folder(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	char path[4096];

	if (d == NULL)
		err(99, "%s", folder);
	while ((e = readdir(d)) != NULL) {
		if (strstr(e->d_name, ".ndjson") == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		check_segment(path);
	}
	closedir(d);
}

int
main(int argc, char **argv)
{
	size_t which = 0, wanted = 0;

	if (argc < 4 || argc > 5)
		errx(99, "usage: check_spool DATASET LEDGER FOLDER [SINCE]");
	while (strcmp(identities[which].dataset, argv[1]) != 0)
		if (++which == sizeof(identities) / sizeof(identities[0]))
			errx(99, "no dataset %s", argv[1]);
	read_ledger(argv[2], which, argv[4]);
	check_folder(argv[3]);
	for (size_t i = 0; i < n_versions; i++) {
		wanted += version[i].wanted;
		if (version[i].wanted && version[i].lines == 0)
			tell("missing", version[i].text);
		free(version[i].text);
	}
	free(version);
	printf("%s: %zu versions, %zu to be there; %zu lines, %zu of them "
	       "sent again; %zu torn ends; %u faults\n",
	    argv[1], n_versions, wanted, n_lines, n_resent, n_torn, n_bad);
	return n_bad == 0 ? 0 : 1;
}
