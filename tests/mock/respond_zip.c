#include "config.h"

#include "tests/mock/respond_zip.h"

#include <string.h>
#include <zip.h>

static int
add_file(zip_t *zip, const struct zip_file *file, const char *password)
{
	zip_source_t *s = zip_source_buffer(zip, file->text,
	    strlen(file->text), 0);
	zip_int64_t at = s == NULL ? -1 :
	    zip_file_add(zip, file->name, s, ZIP_FL_ENC_UTF_8);

	if (at < 0) {
		zip_source_free(s);
		return -1;
	}
	return password == NULL ? 0 : zip_file_set_encryption(zip,
	    (zip_uint64_t)at, ZIP_EM_AES_256, password);
}

static int
copy_out(zip_source_t *s, struct buf *out)
{
	zip_stat_t st;
	char *to;

	if (zip_source_stat(s, &st) != 0 || zip_source_open(s) != 0)
		return -1;
	to = buf_reserve(out, st.size);
	if (to == NULL ||
	    zip_source_read(s, to, st.size) != (zip_int64_t)st.size)
		return -1;
	buf_commit(out, st.size);
	return zip_source_close(s);
}

int
respond_zip(const struct zip_file *file, size_t n, const char *password,
    struct buf *out)
{
	zip_source_t *s = zip_source_buffer_create(NULL, 0, 0, NULL);
	zip_t *zip = zip_open_from_source(s, ZIP_CREATE | ZIP_TRUNCATE, NULL);
	int r = 0;

	/* It outlives the archive, whose bytes it holds then. */
	zip_source_keep(s);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = add_file(zip, &file[i], password);
	if (zip_close(zip) != 0) {
		zip_discard(zip);
		r = -1;
	}
	if (r == 0)
		r = copy_out(s, out);
	zip_source_free(s);
	return r;
}
