/*
 * check_spool [-d] [-s SINCE] DATASET LEDGER FOLDER...
 *
 * Compare a stream's segments, packed ones too, with the mock console's ledger:
 * each version of a record that can still be read at the console is there once
 * in all folders, no version is there twice, sent again on purpose or not, and
 * nothing is there that the console never had.  Where a segment is there in
 * both forms, they are one.  Versions older than SINCE need not be there.  Lines
 * are whole JSON documents; only the end of a segment may be torn, which nobody
 * reads.
 *
 * With -d the folders are what a shipper delivered in its lives one after
 * another: nothing is there twice in one of them, and each version in any.
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
#include <unistd.h>
#include <zlib.h>

#define ID_LEN 28
#define TELL_MAX 10 /* of each kind of fault */

struct version {
	char id[ID_LEN + 1];
	bool wanted; /* has to be there */
	unsigned lines; /* without a re-send number, in this folder */
	bool met; /* in any */
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

/* Texts that must differ. */
struct texts {
	char **text;
	size_t n, room;
};

static struct version *version;
static struct texts resent; /* "<id> <re-send number>" */
static struct texts segments; /* names without .gz */
static size_t n_versions, room;
static size_t n_lines, n_torn, n_resent;
static unsigned n_bad;

static void
tell(const char *what, const char *text)
{
	if (n_bad++ < TELL_MAX)
		printf("  %s: %.300s\n", what, text);
}

static void
texts_add(struct texts *t, char *text)
{
	if (t->n == t->room) {
		t->room = t->room == 0 ? 256 : 2 * t->room;
		t->text = realloc(t->text, t->room * sizeof(*t->text));
	}
	if (text == NULL || t->text == NULL)
		err(99, "memory");
	t->text[t->n++] = text;
}

static bool
texts_have(const struct texts *t, const char *text)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->text[i], text) == 0)
			return true;
	return false;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
texts_fini(struct texts *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->text[i]);
	free(t->text);
	*t = (struct texts){ 0 };
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
note_resent(const char *id, const char *number)
{
	char text[100];

	n_resent++;
	snprintf(text, sizeof(text), "%s %s", id, number);
	texts_add(&resent, strdup(text));
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
		note_resent(id, text_of(head, "resend"));
	else if (++v->lines > 1)
		tell("twice", line);
	else
		v->met = true;
	json_object_put(o);
}

static void
check_text(char *text, size_t len)
{
	char *end = text + len, *newline;

	for (; text < end; text = newline + 1) {
		newline = memchr(text, '\n', (size_t)(end - text));
		if (newline == NULL) {
			n_torn++;
			return;
		}
		*newline = '\0';
		n_lines++;
		if (strlen(text) != (size_t)(newline - text))
			tell("a NUL byte", text);
		check_line(text);
	}
}

static void
check_segment(const char *path)
{
	gzFile gz = gzopen(path, "rb");
	size_t len = 0, size = 1 << 20;
	char *text = malloc(size);
	int n, code;

	if (gz == NULL)
		err(99, "%s", path);
	while (text != NULL && (n = gzread(gz, text + len,
	    (unsigned)(size - len))) > 0) {
		len += (size_t)n;
		if (len == size)
			text = realloc(text, size *= 2);
	}
	if (text == NULL)
		err(99, "memory");
	gzerror(gz, &code);
	if (code != Z_OK && code != Z_STREAM_END)
		tell("damaged", path);
	check_text(text, len);
	gzclose(gz);
	free(text);
}

/* What of a folder's name is a segment's; false: it is none, or was there in
 * the other form. */
static bool
is_new_segment(const char *name)
{
	const char *end = strstr(name, ".ndjson");
	char *plain;

	if (end == NULL || name[0] == '.')
		return false;
	plain = strndup(name, (size_t)(end - name));
	if (plain != NULL && texts_have(&segments, plain)) {
		free(plain);
		return false;
	}
	texts_add(&segments, plain);
	return true;
}

/* One that is missing holds nothing. */
static void
check_folder(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	char path[4096];

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (!is_new_segment(e->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		check_segment(path);
	}
	if (d != NULL)
		closedir(d);
}

/* After all that must not have anything twice. */
static void
end_of_life(void)
{
	if (resent.n > 0)
		qsort(resent.text, resent.n, sizeof(*resent.text), by_text);
	for (size_t i = 1; i < resent.n; i++)
		if (strcmp(resent.text[i], resent.text[i - 1]) == 0)
			tell("sent again twice", resent.text[i]);
	for (size_t i = 0; i < n_versions; i++)
		version[i].lines = 0;
	texts_fini(&resent);
	texts_fini(&segments);
}

int
main(int argc, char **argv)
{
	const char *since = NULL;
	size_t which = 0, wanted = 0;
	bool lives = false;
	int opt;

	while ((opt = getopt(argc, argv, "ds:")) != -1) {
		lives |= opt == 'd';
		since = opt == 's' ? optarg : since;
		if (opt == '?')
			return 99;
	}
	argv += optind;
	if (argc - optind < 3)
		errx(99, "usage: check_spool [-d] [-s SINCE] DATASET LEDGER "
		    "FOLDER...");
	while (strcmp(identities[which].dataset, argv[0]) != 0)
		if (++which == sizeof(identities) / sizeof(identities[0]))
			errx(99, "no dataset %s", argv[0]);
	read_ledger(argv[1], which, since);
	for (char **folder = argv + 2; *folder != NULL; folder++) {
		check_folder(*folder);
		if (lives)
			end_of_life();
	}
	end_of_life();
	for (size_t i = 0; i < n_versions; i++) {
		wanted += version[i].wanted;
		if (version[i].wanted && !version[i].met)
			tell("missing", version[i].text);
		free(version[i].text);
	}
	free(version);
	printf("%s: %zu versions, %zu to be there; %zu lines, %zu of them "
	       "sent again; %zu torn ends; %u faults\n",
	    argv[0], n_versions, wanted, n_lines, n_resent, n_torn, n_bad);
	return n_bad == 0 ? 0 : 1;
}
