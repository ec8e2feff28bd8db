/*
 * Segments go when all shippers have them, packed or not, and what is said of
 * those that wait.
 */
#include "config.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/base/num.h"
#include "collector/base/xalloc.h"
#include "tests/unit/beat_rig.h"
#include "tests/unit/prune_rig.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define PRINTED 64 /* bytes of a fingerprint */
#define UNKNOWN "waits for beat: it does not know the file yet"

static struct beat beat;

static void
begin(struct spool_rig *r)
{
	prune_rig_begin(r);
	beat_begin(&beat, r->dir);
}

static void
end(struct spool_rig *r)
{
	beat_end(&beat);
	rig_teardown(r);
}

static void
run(struct spool_rig *r, const struct prune_options *options,
    const char *sealed, const char *want)
{
	struct prune_options opt = *options;

	beat_read(&beat);
	if (opt.shippers == NULL) {
		opt.shippers = &beat.shipper;
		opt.n_shippers = 1;
	}
	prune_rig_run(r, &opt, sealed, "threat-20260101T000000.000009Z-"
	    "000000000010.ndjson", want);
}

/* By its path. */
static void
set(const struct spool_rig *r, const char *name, int64_t offset)
{
	char *path = xasprintf("%s/" FOLDER "/%s", r->dir, name);

	memlog_set(&beat.log, "in", "path", path, path, offset);
	free(path);
}

/* All must have it; what each waits for is told once a stream. */
static void
test_all(void)
{
	struct prune_options opt = prune_rig_plain;
	struct shipper *both[2];
	struct spool_rig r;

	begin(&r);
	run(&r, &opt, SECOND, "I acme/threat/" FIRST ": " UNKNOWN "\n"
	    "0 archived 0 packed 0 removed 2 waiting 0 failed");
	CU_ASSERT_EQUAL(prune_rig_counts.waiting_bytes, 2 * LINE_LEN);
	set(&r, FIRST, LINE_LEN);
	run(&r, &opt, SECOND, SHIPPED(FIRST) ".gz\n"
	    "I acme/threat/" SECOND ": " UNKNOWN "\n"
	    "1 archived 1 packed 0 removed 1 waiting 0 failed");
	/* One of them could not be read, whichever it is. */
	set(&r, SECOND, LINE_LEN);
	opt.shippers = both;
	opt.n_shippers = 2;
	beat_read(&beat);
	both[0] = beat.shipper;
	both[1] = NULL;
	prune_rig_run(&r, &opt, SECOND, FOURTH,
	    "0 archived 0 packed 0 removed 1 waiting 0 failed");
	both[0] = NULL;
	both[1] = beat.shipper;
	prune_rig_run(&r, &opt, SECOND, FOURTH,
	    "0 archived 0 packed 0 removed 1 waiting 0 failed");
	prune_rig_check(&r, SECOND " " THIRD, FIRST ".gz");
	end(&r);
}

/* What does not fit together is worth a warning, beside what just waits. */
static void
test_contradiction(void)
{
	struct spool_rig r;

	begin(&r);
	set(&r, SECOND, LINE_LEN + 1);
	run(&r, &prune_rig_plain, THIRD, "I acme/threat/" FIRST ": " UNKNOWN
	    "\nW acme/threat/" SECOND ": waits for beat: input in has got to "
	    "byte 58 of a file that has 57\n"
	    "0 archived 0 packed 0 removed 3 waiting 0 failed");
	prune_rig_check(&r, FIRST " " SECOND " " THIRD, "");
	end(&r);
}

/* A clock that was set back: how long a file has rested nobody knows, but that
 * it was shipped is known. */
static void
test_clock_set_back(void)
{
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;

	begin(&r);
	set(&r, FIRST, LINE_LEN);
	opt.hold_ms = DAY;
	run(&r, &opt, FIRST, "0 archived 0 packed 0 removed 1 waiting "
	    "0 failed");
	rig_now_us -= 3600 * INT64_C(1000000);
	run(&r, &opt, FIRST, SHIPPED(FIRST) ".gz\n"
	    "1 archived 1 packed 0 removed 0 waiting 0 failed");
	end(&r);
}

/* Shippers know files by their clean paths. */
static void
test_slashes(void)
{
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;
	char *directory;

	begin(&r);
	set(&r, FIRST, LINE_LEN);
	directory = xasprintf("%s//", r.dir);
	opt.directory = directory;
	run(&r, &opt, FIRST, SHIPPED(FIRST) ".gz\n"
	    "1 archived 1 packed 0 removed 0 waiting 0 failed");
	free(directory);
	end(&r);
}

/* FOURTH, long enough for a fingerprint: three lines. */
static void
add_fourth(struct spool_rig *r, char print[2 * SHA256_DIGEST_LENGTH + 1])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	int64_t now = rig_now_us;
	char *content;
	size_t len;

	rig_now_us = 1767225600000000;
	rig_begin(r);
	rig_line(r, "d");
	rig_line(r, "e");
	rig_line(r, "f");
	CU_ASSERT_EQUAL(rig_append(r), 3);
	CU_ASSERT_EQUAL(stream_sync(r->st), 0);
	stream_seal(r->st, true);
	rig_now_us = now;
	content = scratch_read(r->dir, FOLDER "/" FOURTH, &len);
	CU_ASSERT_EQUAL_FATAL(len, 3 * LINE_LEN);
	SHA256((unsigned char *)content, PRINTED, digest);
	num_hex_text(digest, sizeof(digest), print);
	free(content);
}

/*
 * A segment that is half shipped is packed, and goes on where it was: offsets
 * count what is in it.  The shipper notes the new name later, if ever.
 */
static void
test_half_shipped(void)
{
	char print[2 * SHA256_DIGEST_LENGTH + 1];
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;
	struct stat sb;
	char *path;

	begin(&r);
	set(&r, FIRST, LINE_LEN);
	set(&r, SECOND, LINE_LEN);
	set(&r, THIRD, LINE_LEN);
	run(&r, &opt, THIRD, SHIPPED(FIRST) ".gz\n" SHIPPED(SECOND) ".gz\n"
	    SHIPPED(THIRD) ".gz\n"
	    "3 archived 3 packed 0 removed 0 waiting 0 failed");
	add_fourth(&r, print);
	path = xstrdup(scratch_path(r.dir, FOLDER "/" FOURTH));
	memlog_set(&beat.log, "in", "fingerprint", print, path, LINE_LEN);
	opt.compress = PRUNE_COMPRESS_SEALED;
	run(&r, &opt, FOURTH, "I acme/threat/" FOURTH ": waits for beat: input "
	    "in has delivered 57 of 171 bytes\n"
	    "0 archived 1 packed 0 removed 1 waiting 0 failed");
	/* As many bytes as the packed file has are not all. */
	CU_ASSERT_EQUAL(fstatat(spool_dirfd(r.sp), FOLDER "/" FOURTH ".gz",
	    &sb, 0), 0);
	CU_ASSERT_NOT_EQUAL(sb.st_size, 3 * LINE_LEN);
	memlog_set(&beat.log, "in", "fingerprint", print, path, 2 * LINE_LEN);
	run(&r, &opt, FOURTH, "I acme/threat/" FOURTH ".gz: waits for beat: "
	    "input in has delivered 114 of 171 bytes\n"
	    "0 archived 0 packed 0 removed 1 waiting 0 failed");
	memlog_set(&beat.log, "in", "fingerprint", print, path, 3 * LINE_LEN);
	run(&r, &opt, FOURTH, SHIPPED(FOURTH ".gz") "\n"
	    "1 archived 0 packed 0 removed 0 waiting 0 failed");
	rig_check_back(&r, NULL, "a b c d e f");
	free(path);
	end(&r);
}

/* A shipper that does not read packed files never knows them. */
static void
test_packed_unknown(void)
{
	struct prune_options opt = prune_rig_plain;
	struct spool_rig r;

	begin(&r);
	opt.compress = PRUNE_COMPRESS_SEALED;
	run(&r, &opt, FIRST, "I acme/threat/" FIRST ": " UNKNOWN "\n"
	    "0 archived 1 packed 0 removed 1 waiting 0 failed");
	run(&r, &opt, FIRST, "I acme/threat/" FIRST ".gz: " UNKNOWN
	    ": does it read .gz?\n"
	    "0 archived 0 packed 0 removed 1 waiting 0 failed");
	prune_rig_check(&r, FIRST ".gz " SECOND " " THIRD, "");
	end(&r);
}

/* A long outage: nothing can be known, and packing goes on. */
static void
test_packed_meanwhile(void)
{
	struct prune_options opt = prune_rig_plain;
	struct shipper *none = NULL;
	struct spool_rig r;

	begin(&r);
	opt.compress = PRUNE_COMPRESS_SEALED;
	opt.shippers = &none;
	opt.n_shippers = 1;
	run(&r, &opt, SECOND,
	    "0 archived 2 packed 0 removed 2 waiting 0 failed");
	prune_rig_check(&r, FIRST ".gz " SECOND ".gz " THIRD, "");
	end(&r);
}

static const struct unit_test tests[] = {
	{ "all shippers", test_all },
	{ "a contradiction", test_contradiction },
	{ "the clock was set back", test_clock_set_back },
	{ "slashes", test_slashes },
	{ "packed when half shipped", test_half_shipped },
	{ "packed, and nobody knows it", test_packed_unknown },
	{ "packed while nothing is shipped", test_packed_meanwhile },
};

UNIT_MAIN("prune and shippers", tests)
