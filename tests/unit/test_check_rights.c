/*
 * Who may do what, by owner, group and mode.
 */
#include "config.h"

#include <unistd.h>

#include "collector/check/rights.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define OWN 4711 /* nobody has these */
#define OTHER 4712

static void
test_modes(void)
{
	static const struct {
		uid_t user, owner;
		gid_t group;
		mode_t mode;
		int wanted;
		bool may;
	} rows[] = {
		{ OWN, OWN, OTHER, 0400, R_OK, true },
		{ OWN, OWN, OTHER, 0400, R_OK | W_OK, false },
		{ OWN, OWN, OTHER, 0700, R_OK | W_OK | X_OK, true },
		/* The owner's bits count, though all others might. */
		{ OWN, OWN, OWN, 0077, R_OK, false },
		{ OWN, OTHER, OWN, 0640, R_OK, true },
		{ OWN, OTHER, OWN, 0640, W_OK, false },
		{ OWN, OTHER, OWN, 0604, R_OK, false },
		{ OWN, OTHER, OTHER, 0640, R_OK, false },
		{ OWN, OTHER, OTHER, 0604, R_OK, true },
		{ OWN, OTHER, OTHER, 0000, 0, true },
		{ 0, OTHER, OTHER, 0000, R_OK | W_OK, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stat sb = { .st_uid = rows[i].owner,
			.st_gid = rows[i].group, .st_mode = rows[i].mode };
		struct user u;

		user_init(&u, rows[i].user, rows[i].user);
		CU_ASSERT_EQUAL(user_may(&u, &sb, rows[i].wanted),
		    rows[i].may);
		user_fini(&u);
	}
}

/* Every folder on the way counts, and the first that stops is told. */
static void
test_way(void)
{
	char *dir = scratch_make();
	const char *file = scratch_path(dir, "token");
	struct buf why;
	struct user u;

	buf_init(&why, 4096);
	user_init(&u, OWN, OWN);
	scratch_write(dir, "token", SLICE("x"));
	CU_ASSERT_EQUAL(chmod(dir, 0755), 0);
	CU_ASSERT_EQUAL(chmod(file, 0644), 0);
	CU_ASSERT_EQUAL(user_may_reach(&u, file, R_OK, &why), 0);
	CU_ASSERT_EQUAL(chmod(file, 0640), 0);
	CU_ASSERT_EQUAL(user_may_reach(&u, file, R_OK, &why), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(why.p, "user 4711 may not read "));
	buf_reset(&why);
	CU_ASSERT_EQUAL(chmod(dir, 0700), 0);
	CU_ASSERT_EQUAL(user_may_reach(&u, file, R_OK, &why), -1);
	CU_ASSERT_PTR_NOT_NULL(strstr(why.p, "user 4711 may not enter "));
	CU_ASSERT_PTR_NOT_NULL(strstr(why.p, " 0700)"));
	user_fini(&u);
	buf_fini(&why);
	scratch_remove(dir);
}

static const struct unit_test tests[] = {
	{ "modes", test_modes },
	{ "the way to a file", test_way },
};

UNIT_MAIN("check_rights", tests)
