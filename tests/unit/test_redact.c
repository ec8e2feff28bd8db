#include "config.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "collector/base/xalloc.h"
#include "collector/client/redact.h"
#include "tests/unit/unit.h"

#define S "[secret]"

static const struct {
	const char *text, *want;
} names[] = {
	/* Members, whatever their case and the white space. */
	{ "{\"apiToken\":\"abc\",\"id\":\"1\"}",
	    "{\"apiToken\":\"" S "\",\"id\":\"1\"}" },
	{ "{\"registrationToken\" :\t\"eyJ1cmwiOiAi\"}",
	    "{\"registrationToken\" :\t\"" S "\"}" },
	{ "{\"PASSPHRASE\":\"A B C\",\"x\":2}",
	    "{\"PASSPHRASE\":\"" S "\",\"x\":2}" },
	{ "{\"licenseKey\":\"k\"}", "{\"licenseKey\":\"" S "\"}" },
	{ "{\"client_secret\":\"k\"}", "{\"client_secret\":\"" S "\"}" },
	{ "{\"token\":\"a\\\"b\",\"c\":1}", "{\"token\":\"" S "\",\"c\":1}" },
	{ "{\"token\":\"a\\\\\",\"c\":1}", "{\"token\":\"" S "\",\"c\":1}" },
	{ "{\"token\":\"a\\\\\\\",\",\"c\":1}",
	    "{\"token\":\"" S "\",\"c\":1}" },
	/* Other kinds of values. */
	{ "{\"password\":1234,\"c\":1}", "{\"password\":\"" S "\",\"c\":1}" },
	{ "{\"tokens\":[\"a\",{\"b\":\"]\"}],\"c\":1}",
	    "{\"tokens\":\"" S "\",\"c\":1}" },
	{ "{\"secret\":{\"a\":\"}\"}}", "{\"secret\":\"" S "\"}" },
	{ "{\"token\":null,\"hasPassword\":true,\"pwd\":\"\"}",
	    "{\"token\":null,\"hasPassword\":true,\"pwd\":\"\"}" },
	/* No values. */
	{ "{\"kind\":\"token\",\"c\":\"d\"}",
	    "{\"kind\":\"token\",\"c\":\"d\"}" },
	{ "[\"token\",\"secret\"]", "[\"token\",\"secret\"]" },
	{ "the token is dead", "the token is dead" },
	{ "", "" },
	{ "token", "token" },
	{ "token:", "token:" },
	{ "\"token\":\"", "\"token\":\"" },
	/* Cut off. */
	{ "{\"token\":\"abc", "{\"token\":\"" S },
	{ "{\"token\":\"abc\\", "{\"token\":\"" S },
	{ "{\"token\":[\"abc\",", "{\"token\":\"" S "\"" },
	{ "{\"token\":12", "{\"token\":\"" S "\"" },
	/* JSON in a string, and in a string in a string. */
	{ "{\"data\":\"{\\\"token\\\":\\\"abc\\\",\\\"c\\\":1}\"}",
	    "{\"data\":\"{\\\"token\\\":\\\"" S "\\\",\\\"c\\\":1}\"}" },
	{ "{\"data\":\"{\\\"token\\\":\\\"a\\\\\\\"b\\\",\\\"c\\\":1}\"}",
	    "{\"data\":\"{\\\"token\\\":\\\"" S "\\\",\\\"c\\\":1}\"}" },
	{ "\\\\\\\"token\\\\\\\":\\\\\\\"abc\\\\\\\",x",
	    "\\\\\\\"token\\\\\\\":\\\\\\\"" S "\\\\\\\",x" },
	/* The string around it ends first. */
	{ "{\"data\":\"\\\"token\\\":\\\"abc\",\"c\":1}",
	    "{\"data\":\"\\\"token\\\":\\\"" S "\",\"c\":1}" },
	/* Text. */
	{ "?token=abc&x=1", "?token=\"" S "\"&x=1" },
	{ "Password: hunter2, and", "Password: \"" S "\", and" },
	{ "{'token': 'abc'}", "{'token': '" S "'}" },
	{ "an eyJhbGciOi.eyJzdWIiOi.c2lnbmF0 b", "an " S " b" },
	/* A cursor is none. */
	{ "\"nextCursor\":\"eyJpZF9jb2x1bW4iOiAiaWQifQ==\"",
	    "\"nextCursor\":\"eyJpZF9jb2x1bW4iOiAiaWQifQ==\"" },
	{ "eyJ.a.b", "eyJ.a.b" },
};

static void
test_names(void)
{
	struct buf out;

	buf_init(&out, 4096);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		/* Exactly as long as it is: nothing behind it is read. */
		size_t n = strlen(names[i].text);
		char *text = xmalloc(n > 0 ? n : 1);

		memcpy(text, names[i].text, n);
		buf_reset(&out);
		redact_names(&out, (struct slice){ text, n });
		UNIT_TEXT(out.p, names[i].want);
		free(text);
	}
	buf_fini(&out);
}

/* A value that ends at none of its bytes. */
static void
test_zero(void)
{
	static const char text[] = "token=a\0b&x";
	struct buf out;

	buf_init(&out, 4096);
	redact_names(&out, (struct slice){ text, sizeof(text) - 1 });
	UNIT_TEXT(out.p, "token=\"" S "\"&x");
	buf_fini(&out);
}

static void
test_is_secret(void)
{
	CU_ASSERT(redact_is_secret(SLICE("Authorization")));
	CU_ASSERT(redact_is_secret(SLICE("Set-Cookie")));
	CU_ASSERT(redact_is_secret(SLICE("X-Csrf-Token")));
	CU_ASSERT(redact_is_secret(SLICE("userpwd")));
	CU_ASSERT_FALSE(redact_is_secret(SLICE("Content-Type")));
	CU_ASSERT_FALSE(redact_is_secret(SLICE("toke")));
	CU_ASSERT_FALSE(redact_is_secret(SLICE("")));
}

static void
check_hidden(const char *text, const char *secret, const char *want)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_adds(&b, text);
	redact_secret(&b, slice_of(secret));
	UNIT_TEXT(b.p, want);
	buf_fini(&b);
}

static void
test_forms(void)
{
	check_hidden("a s3cret-t0ken b", "s3cret-t0ken", "a " S " b");
	check_hidden("s3cret-t0kens3cret-t0ken", "s3cret-t0ken", S S);
	check_hidden("a%2Fb%3D%22c-secret", "a/b=\"c-secret", S);
	check_hidden("x a%2fb%3d%22c-secret y", "a/b=\"c-secret", "x " S " y");
	check_hidden("{\"a\":\"q\\\"w\\\\e/r\"}", "q\"w\\e/r",
	    "{\"a\":\"" S "\"}");
	check_hidden("{\"a\":\"qw\\/erty/uiop\"}", "qw/erty/uiop",
	    "{\"a\":\"qw\\/erty/uiop\"}");
	check_hidden("{\"a\":\"qw\\/erty\\/uiop\"}", "qw/erty/uiop",
	    "{\"a\":\"" S "\"}");
	check_hidden("nothing", "", "nothing");
	/* Cut off in it, but not so early that it could be anything. */
	check_hidden("a s3cret-t0k", "s3cret-t0ken", "a " S);
	check_hidden("s3cret-t", "s3cret-t0ken", S);
	check_hidden("s3cret-", "s3cret-t0ken", "s3cret-");
	check_hidden("a s3cret-t0ken s3cret-t0ke", "s3cret-t0ken",
	    "a " S " " S);
	check_hidden("", "abc", "");
}

/* The mark is longer than such a secret, and has letters of it. */
static void
test_short(void)
{
	struct buf b;

	check_hidden("a-a", "a", S "-" S);
	check_hidden("an elephant", "e", "an " S "l" S "phant");
	check_hidden("the pw is hunter2.", "hunter2", "the pw is " S ".");
	check_hidden("b/b%2Fb\\/", "/", "b" S "b" S "b\\" S);
	check_hidden("t]x", "t]x", S);
	check_hidden("[secret]x", "t]x", "[secre" S);
	check_hidden("[secret]", "e", S);
	/* What has no room any more is left out, not shown. */
	buf_init(&b, 24);
	buf_adds(&b, "pw: abc, pw: abc, end");
	redact_secret(&b, SLICE("abc"));
	UNIT_TEXT(b.p, "pw: " S ", pw: ");
	buf_fini(&b);
}

/* Nothing of it is left behind the text either. */
static void
test_remains(void)
{
	static const char secret[] = "s3cret-t0ken-of-some-length";
	struct buf b;

	buf_init(&b, 4096);
	buf_reserve(&b, 200);
	memset(b.p, 0, b.cap);
	buf_addf(&b, "a %s, b %s", secret, secret);
	redact_secret(&b, slice_of(secret));
	UNIT_TEXT(b.p, "a " S ", b " S);
	CU_ASSERT_PTR_NULL(memmem(b.p, b.cap, secret, strlen(secret)));
	CU_ASSERT_PTR_NULL(memmem(b.p, b.cap, "some-length", 11));
	buf_fini(&b);
}

/*
 * Base64 of texts that have the secret at any place: at most the digits that
 * it shares with its neighbours are left.
 */
static void
test_base64(void)
{
	static const char secret[] = "mock-token?>~?>~";
	char text[100], form[200], inner[200];

	for (size_t before = 0; before < 8; before++)
		for (size_t behind = 0; behind < 4; behind++) {
			struct buf b;
			char *p;
			int n;

			n = snprintf(text, sizeof(text), "%.*s%s%.*s",
			    (int)before, "ApiToken", secret, (int)behind,
			    "xyz");
			EVP_EncodeBlock((unsigned char *)form,
			    (unsigned char *)text, n);
			/* What is the secret's alone. */
			p = form + (before * 8 + 5) / 6;
			snprintf(inner, sizeof(inner), "%.*s",
			    (int)((before + strlen(secret)) * 8 / 6 -
			    (before * 8 + 5) / 6), p);
			CU_ASSERT(strlen(inner) >= 20);
			buf_init(&b, 4096);
			buf_addf(&b, "<%s>", form);
			for (char *c = form; *c != '\0'; c++)
				*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
			buf_addf(&b, "<%s>", form);
			redact_secret(&b, slice_of(secret));
			CU_ASSERT_PTR_NULL(strstr(b.p, inner));
			for (size_t i = 0; i + 6 <= strlen(inner); i++) {
				char part[7];

				snprintf(part, sizeof(part), "%.6s", inner + i);
				CU_ASSERT_PTR_NULL(strstr(b.p, part));
			}
			CU_ASSERT_PTR_NOT_NULL(strstr(b.p, S));
			buf_fini(&b);
		}
}

static const struct unit_test tests[] = {
	{ "names and their values", test_names },
	{ "a zero in a value", test_zero },
	{ "names of secrets", test_is_secret },
	{ "forms of a secret", test_forms },
	{ "short secrets", test_short },
	{ "remains of a secret", test_remains },
	{ "a secret in base64", test_base64 },
};

UNIT_MAIN("redact", tests)
