/* Secrets in text that may be anything: found whatever is around them. */
#include "config.h"

#include <openssl/evp.h>
#include <string.h>

#include "collector/base/xalloc.h"
#include "collector/client/redact.h"
#include "collector/json/text.h"
#include "tests/fuzz/fuzz.h"

#define SECRET "mock/secret+0123456789"
#define TEXT_MAX (1 << 20)

/* {"apiToken":"...","x":1}, depth times within a string. */
static struct buf
document(struct slice value, unsigned depth)
{
	struct buf doc, outer;

	buf_init(&doc, TEXT_MAX);
	buf_adds(&doc, "{\"apiToken\":\"");
	MUST(json_escape(&doc, value) == 0);
	buf_adds(&doc, "\",\"x\":1}");
	for (; depth > 0; depth--) {
		buf_init(&outer, TEXT_MAX);
		MUST(json_escape(&outer, buf_slice(&doc)) == 0);
		buf_fini(&doc);
		doc = outer;
	}
	return doc;
}

/* Nothing of a value is left, and all that is around it. */
static void
check_value(struct slice text)
{
	char *ascii = xmalloc(text.len + 1);
	struct buf out;

	for (size_t i = 0; i < text.len; i++)
		ascii[i] = text.p[i] & 0x7f;
	for (unsigned depth = 0; depth < 3; depth++) {
		struct buf doc = document((struct slice){ ascii, text.len },
		    depth);
		struct buf want = document(text.len > 0 ? SLICE("[secret]") :
		    SLICE(""), depth);

		buf_init(&out, TEXT_MAX);
		redact_names(&out, buf_slice(&doc));
		MUST(slice_eq(buf_slice(&out), buf_slice(&want)));
		buf_fini(&out);
		buf_fini(&doc);
		buf_fini(&want);
	}
	free(ascii);
}

/* Where to cut the secret: behind its eighth byte or later. */
static size_t
size_of_rest(struct slice text)
{
	return text.len % (sizeof(SECRET) - 8);
}

/* A known secret does not stay, nor what only it can be in base64. */
static void
check_known(struct slice text)
{
	size_t n = text.len / 2, all = text.len + sizeof(SECRET) - 1;
	unsigned char *raw = xmalloc(all);
	char *form = xmalloc(all / 3 * 4 + 5);
	struct buf b;

	memcpy(raw, text.p, n);
	memcpy(raw + n, SECRET, sizeof(SECRET) - 1);
	memcpy(raw + n + sizeof(SECRET) - 1, text.p + n, text.len - n);
	EVP_EncodeBlock((unsigned char *)form, raw, (int)all);
	buf_init(&b, TEXT_MAX);
	buf_add(&b, raw, all);
	buf_adds(&b, form);
	redact_secret(&b, SLICE(SECRET));
	MUST(memmem(b.p, b.len, SECRET, sizeof(SECRET) - 1) == NULL);
	form[((n + sizeof(SECRET) - 1) * 8) / 6] = '\0';
	MUST(memmem(b.p, b.len, form + (n * 8 + 5) / 6,
	    strlen(form + (n * 8 + 5) / 6)) == NULL);
	buf_fini(&b);

	/* Cut off in its middle. */
	buf_init(&b, TEXT_MAX);
	buf_add(&b, raw, n + 8 + size_of_rest(text));
	redact_secret(&b, SLICE(SECRET));
	for (size_t k = 8; k < sizeof(SECRET) && k <= b.len; k++)
		MUST(memcmp(b.p + b.len - k, SECRET, k) != 0);
	buf_fini(&b);
	free(form);
	free(raw);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice text = { (const char *)data, size };
	struct buf out;

	if (size > 4096)
		return 0;
	buf_init(&out, TEXT_MAX);
	redact_names(&out, text);
	MUST(out.len <= 8 * size);
	buf_fini(&out);
	check_value(text);
	check_known(text);
	return 0;
}
