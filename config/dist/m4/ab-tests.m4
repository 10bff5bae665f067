# AB_TESTS: Check and libvterm are needed by `make check` alone; without them the program still builds.
AC_DEFUN([AB_TESTS], [
	ab_have_tests=yes
	PKG_CHECK_MODULES([CHECK], [check >= 0.15], [], [ab_have_tests="no (check is missing)"])
	PKG_CHECK_MODULES([VTERM], [vterm], [], [ab_have_tests="no (libvterm is missing)"])
	AM_CONDITIONAL([HAVE_TESTS], [test "x$ab_have_tests" = xyes])
])
