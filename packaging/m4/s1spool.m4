# Small probes of our own, so that autoconf-archive is not needed.

# S1_COMPILE_FLAGS(VARIABLE, FLAGS)
# Append to VARIABLE each of FLAGS that the compiler takes without a warning.
# -Werror, because clang only warns about a flag that it does not know.
AC_DEFUN([S1_COMPILE_FLAGS], [
m4_foreach_w([s1_flag], [$2], [
AS_VAR_PUSHDEF([s1_cache], [s1_cv_cflag_[]s1_flag])
AC_CACHE_CHECK([whether $CC takes s1_flag], [s1_cache], [
	s1_cflags=$CFLAGS
	CFLAGS="$CFLAGS -Werror s1_flag"
	AC_COMPILE_IFELSE([AC_LANG_SOURCE([[int main(void) { return 0; }]])],
		[AS_VAR_SET([s1_cache], [yes])], [AS_VAR_SET([s1_cache], [no])])
	CFLAGS=$s1_cflags
])
AS_VAR_IF([s1_cache], [yes], [AS_VAR_APPEND([$1], [" s1_flag"])])
AS_VAR_POPDEF([s1_cache])
])])

# S1_LINK_FLAGS(VARIABLE, FLAGS)
# The same for flags of the link step.
AC_DEFUN([S1_LINK_FLAGS], [
m4_foreach_w([s1_flag], [$2], [
AS_VAR_PUSHDEF([s1_cache], [s1_cv_ldflag_[]s1_flag])
AC_CACHE_CHECK([whether the linker takes s1_flag], [s1_cache], [
	s1_cflags=$CFLAGS
	s1_ldflags=$LDFLAGS
	CFLAGS="$CFLAGS -Werror $HARDENING_CFLAGS"
	LDFLAGS="$LDFLAGS s1_flag"
	AC_LINK_IFELSE([AC_LANG_SOURCE([[int main(void) { return 0; }]])],
		[AS_VAR_SET([s1_cache], [yes])], [AS_VAR_SET([s1_cache], [no])])
	CFLAGS=$s1_cflags
	LDFLAGS=$s1_ldflags
])
AS_VAR_IF([s1_cache], [yes], [AS_VAR_APPEND([$1], [" s1_flag"])])
AS_VAR_POPDEF([s1_cache])
])])

# S1_LIBRARY(PREFIX, MODULE, DEBIAN-PACKAGE, FEDORA-PACKAGE)
# Look for MODULE with pkg-config.  What is missing is gathered, so that
# S1_LIBRARIES_DONE tells the user about all of it at once.
AC_DEFUN([S1_LIBRARY], [
PKG_CHECK_MODULES([$1], [$2], [], [
	AC_MSG_RESULT([no])
	AS_VAR_APPEND([s1_missing], [" $2"])
	AS_VAR_APPEND([s1_missing_deb], [" $3"])
	AS_VAR_APPEND([s1_missing_rpm], [" $4"])
])])

AC_DEFUN([S1_LIBRARIES_DONE], [
AS_IF([test -n "$s1_missing"], [AC_MSG_ERROR([missing:$s1_missing
  Debian, Ubuntu:  apt-get install$s1_missing_deb
  Fedora, RHEL:    dnf install$s1_missing_rpm])])
])

# S1_TEST_LIBRARY(PREFIX, MODULE, DEBIAN-PACKAGE, FEDORA-PACKAGE)
# The same for a library that only `make check` needs.
AC_DEFUN([S1_TEST_LIBRARY], [
PKG_CHECK_MODULES([$1], [$2], [], [
	AC_MSG_RESULT([no])
	AS_VAR_APPEND([TEST_LIBS_MISSING],
		[" $2 (Debian, Ubuntu: $3; Fedora, RHEL: $4)"])
])])

# S1_DIRECTORY(NAME, WHAT, DEFAULT)
# --with-NAME=DIR: where WHAT are installed.
AC_DEFUN([S1_DIRECTORY], [
AC_ARG_WITH([$1], [AS_HELP_STRING([--with-$1=DIR],
	[where to install $2 @<:@$3@:>@])], [$1=$withval], [$1='$3'])
AC_SUBST([$1])
])
