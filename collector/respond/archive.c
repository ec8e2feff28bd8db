#include "config.h"

#include "collector/respond/archive.h"

#include <stdbool.h>
#include <strings.h>
#include <zip.h>

#include "collector/respond/host.h"

#define NOTE_MAX 4096

const char *
archive_base(const char *path)
{
	const char *base = path;

	for (; *path != '\0'; path++)
		if (*path == '/' || *path == '\\')
			base = path + 1;
	return base;
}

static bool
ends_with(const char *name, const char *ending)
{
	size_t n = strlen(name), m = strlen(ending);

	return n >= m && strcasecmp(name + n - m, ending) == 0;
}

static zip_t *
open_archive(struct slice bytes, struct buf *why)
{
	zip_source_t *source;
	zip_error_t error;
	zip_t *zip;

	zip_error_init(&error);
	source = zip_source_buffer_create(bytes.p, bytes.len, 0, &error);
	zip = source == NULL ? NULL : zip_open_from_source(source, ZIP_RDONLY,
	    &error);
	if (zip == NULL) {
		buf_addf(why, "not a zip archive: %s",
		    zip_error_strerror(&error));
		if (source != NULL)
			zip_source_free(source);
	}
	zip_error_fini(&error);
	return zip;
}

/* Up to NOTE_MAX bytes of it. */
static int
read_note(zip_t *zip, zip_uint64_t at, const char *password, struct buf *why)
{
	zip_file_t *file = zip_fopen_index_encrypted(zip, at, 0, password);
	char text[NOTE_MAX + 1];
	zip_int64_t n;

	if (file == NULL)
		return zip_error_code_zip(zip_get_error(zip)) ==
		    ZIP_ER_WRONGPASSWD ? -1 : 0;
	n = zip_fread(file, text, NOTE_MAX);
	zip_fclose(file);
	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	if (why->len > 0)
		buf_adds(why, "; ");
	host_add_plain(why, text);
	return 0;
}

static bool
was_asked_for(const char *name, char *const *path, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(archive_base(name),
		    archive_base(path[i])) == 0)
			return true;
	return false;
}

static bool
opens(zip_t *zip, zip_uint64_t at, const char *password)
{
	zip_file_t *file = zip_fopen_index_encrypted(zip, at, 0, password);

	if (file != NULL)
		zip_fclose(file);
	return file != NULL || zip_error_code_zip(zip_get_error(zip)) !=
	    ZIP_ER_WRONGPASSWD;
}

static enum archive_kind
judge(zip_t *zip, const char *password, char *const *path, size_t n,
    struct buf *why)
{
	size_t files = 0, notes = 0;

	for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0); i++) {
		const char *name = zip_get_name(zip, (zip_uint64_t)i, 0);

		if (name == NULL || ends_with(name, "/"))
			continue;
		if (!opens(zip, (zip_uint64_t)i, password))
			return ARCHIVE_FOREIGN;
		if (was_asked_for(name, path, n) || !ends_with(name, ".json")) {
			files++;
			continue;
		}
		notes++;
		read_note(zip, (zip_uint64_t)i, password, why);
	}
	if (notes > 0)
		return files > 0 ? ARCHIVE_PART : ARCHIVE_NOTE;
	return files > 0 ? ARCHIVE_WHOLE : ARCHIVE_EMPTY;
}

enum archive_kind
archive_look(struct slice bytes, const char *password, char *const *path,
    size_t n, struct buf *why)
{
	zip_t *zip = open_archive(bytes, why);
	enum archive_kind kind;

	if (zip == NULL)
		return ARCHIVE_BROKEN;
	kind = judge(zip, password, path, n, why);
	zip_discard(zip);
	return kind;
}

static int
read_entry(zip_t *zip, zip_uint64_t at, struct buf *out)
{
	zip_file_t *file = zip_fopen_index(zip, at, 0);
	zip_int64_t n = file == NULL ? -1 : 1;
	char piece[4096];

	while (n > 0) {
		n = zip_fread(file, piece, sizeof(piece));
		if (n > 0 && buf_add(out, piece, (size_t)n) != 0)
			n = -1;
	}
	if (file != NULL)
		zip_fclose(file);
	return n < 0 ? -1 : 0;
}

int
archive_read(struct slice bytes, const char *ending, struct buf *out,
    struct buf *why)
{
	zip_t *zip = open_archive(bytes, why);
	zip_int64_t i = 0;
	int r;

	if (zip == NULL)
		return -1;
	while (i < zip_get_num_entries(zip, 0) &&
	    !ends_with(zip_get_name(zip, (zip_uint64_t)i, 0), ending))
		i++;
	if (i == zip_get_num_entries(zip, 0)) {
		buf_addf(why, "no %s file is in it", ending);
		r = -1;
	} else {
		r = read_entry(zip, (zip_uint64_t)i, out);
		if (r != 0)
			buf_adds(why, "its file cannot be read, or is too "
			    "large");
	}
	zip_discard(zip);
	return r;
}
