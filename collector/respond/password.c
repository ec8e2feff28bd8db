#include "config.h"

#include "collector/respond/password.h"

#include <openssl/rand.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char *const classes[] = {
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz",
	"0123456789", "!@#%+=-_."
};
#define N_CLASSES (sizeof(classes) / sizeof(classes[0]))

/* 0 to n - 1, each as likely as the others; n is at most 256. */
static unsigned
pick(unsigned n)
{
	unsigned char byte;

	do {
		if (RAND_bytes(&byte, 1) != 1)
			abort();
	} while (byte >= 256 / n * n);
	return byte % n;
}

static char
any(void)
{
	unsigned n = 0, at;

	for (size_t i = 0; i < N_CLASSES; i++)
		n += (unsigned)strlen(classes[i]);
	at = pick(n);
	for (size_t i = 0; i < N_CLASSES; i++) {
		if (at < strlen(classes[i]))
			return classes[i][at];
		at -= (unsigned)strlen(classes[i]);
	}
	return '\0';
}

static bool
has_all(const char *password)
{
	for (size_t i = 0; i < N_CLASSES; i++)
		if (strpbrk(password, classes[i]) == NULL)
			return false;
	return true;
}

/* All over again, rather than a place for each class. */
void
password_make(char password[PASSWORD_LEN + 1])
{
	do {
		for (size_t i = 0; i < PASSWORD_LEN; i++)
			password[i] = any();
		password[PASSWORD_LEN] = '\0';
	} while (!has_all(password));
}
