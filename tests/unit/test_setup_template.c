#include "config.h"

#include <errno.h>

#include "collector/setup/template.h"
#include "tests/unit/unit.h"

static const struct template_word words[] = {
	{ "ONE", "1" },
	{ "NONE", "" },
	{ "MANY", "a\n\nb: c" },
	{ NULL, NULL },
};

static struct buf out;

static int
expand(const char *text)
{
	buf_init(&out, 4096);
	errno = 0;
	return template_expand(slice_of(text), words, &out);
}

static void
gives(const char *text, const char *wanted)
{
	CU_ASSERT_EQUAL(expand(text), 0);
	UNIT_TEXT(out.p, wanted);
	buf_fini(&out);
}

static void
test_words(void)
{
	gives("", "");
	gives("plain\n\n  text", "plain\n\n  text\n");
	gives("x: @ONE@@ONE@ @ONE@.\n", "x: 11 1.\n");
	gives("a@b @ @@ @One@ @ONE\n", "a@b @ @@ @One@ @ONE\n");
	gives("@@ONE@\n", "@1\n");
}

static void
test_lines(void)
{
	gives("  @MANY@\nend\n", "  a\n\n  b: c\nend\n");
	gives("@MANY@\n", "a\n\nb: c\n");
	gives("a\n    @NONE@\nb\n", "a\nb\n");
	gives("- @NONE@\n", "- \n");
}

static void
test_failures(void)
{
	CU_ASSERT_EQUAL(expand("a\n@OTHER@\n"), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	buf_fini(&out);
	CU_ASSERT_EQUAL(expand("a @OTHER@ b\n"), -1);
	CU_ASSERT_EQUAL(errno, EINVAL);
	buf_fini(&out);
	buf_init(&out, 4);
	CU_ASSERT_EQUAL(template_expand(SLICE("12345\n"), words, &out), -1);
	CU_ASSERT_EQUAL(errno, EFBIG);
	buf_fini(&out);
}

static void
test_indent_and_quote(void)
{
	buf_init(&out, 4096);
	CU_ASSERT_EQUAL(template_indent(SLICE("a\n\nb"), "# ", &out), 0);
	UNIT_TEXT(out.p, "# a\n#\n# b\n");
	buf_reset(&out);
	template_quote("a \"b\" \\c", &out);
	UNIT_TEXT(out.p, "\"a \\\"b\\\" \\\\c\"");
	buf_fini(&out);
}

static const struct unit_test tests[] = {
	{ "words are replaced", test_words },
	{ "a word alone in its line may have many", test_lines },
	{ "unknown words and full buffers", test_failures },
	{ "indenting and quoting", test_indent_and_quote },
};

UNIT_MAIN("setup_template", tests)
