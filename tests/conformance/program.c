#include "config.h"

#include "tests/conformance/program.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* A file without a name that holds a text; nothing can block on it. */
static FILE *
file_of(struct slice text)
{
	FILE *f = tmpfile();

	if (f == NULL)
		return NULL;
	if (fwrite(text.p, 1, text.len, f) < text.len || fflush(f) != 0 ||
	    lseek(fileno(f), 0, SEEK_SET) < 0) {
		fclose(f);
		return NULL;
	}
	return f;
}

static int
read_back(FILE *f, struct buf *b)
{
	size_t n;

	rewind(f);
	do {
		char *p = buf_reserve(b, 1 << 16);

		if (p == NULL)
			return -1;
		n = fread(p, 1, 1 << 16, f);
		buf_commit(b, n);
	} while (n > 0);
	return ferror(f) ? -1 : 0;
}

static int
run(char *const *argv, FILE *const stream[3])
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (pid == 0) {
		for (int fd = 0; fd < 3; fd++)
			if (dup2(fileno(stream[fd]), fd) < 0)
				_exit(127);
		execv(argv[0], argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

int
program_run(char *const *argv, struct slice in, struct buf *out,
    struct buf *err)
{
	FILE *stream[3] = { file_of(in), file_of(SLICE("")),
		file_of(SLICE("")) };
	int code = -1;

	if (stream[0] != NULL && stream[1] != NULL && stream[2] != NULL)
		code = run(argv, stream);
	if (code >= 0 && (read_back(stream[1], out) < 0 ||
	    read_back(stream[2], err) < 0))
		code = -1;
	for (int i = 0; i < 3; i++)
		if (stream[i] != NULL)
			fclose(stream[i]);
	return code;
}
