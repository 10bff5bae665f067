# AB_LIBRARIES: the libraries the program stands on. Each is required; libsystemd alone is optional.
AC_DEFUN([AB_LIBRARIES], [
	PKG_CHECK_MODULES([NCURSES], [ncursesw >= 6.0])
	PKG_CHECK_MODULES([CURL], [libcurl >= 7.80])
	PKG_CHECK_MODULES([JSONC], [json-c >= 0.15])
	PKG_CHECK_MODULES([LIBCONFIG], [libconfig >= 1.5])
	PKG_CHECK_MODULES([SQLITE], [sqlite3 >= 3.37])
	PKG_CHECK_MODULES([ODBC], [odbc >= 2.3])
	PKG_CHECK_MODULES([MHD], [libmicrohttpd >= 0.9.70])
	PKG_CHECK_MODULES([SODIUM], [libsodium >= 1.0.18])
	# libcsv comes without a .pc file
	AC_CHECK_HEADER([csv.h], [], [AC_MSG_ERROR([csv.h is not here: install libcsv-dev])])
	AC_CHECK_LIB([csv], [csv_init], [AC_SUBST([CSV_LIBS], [-lcsv])], [AC_MSG_ERROR([libcsv is not here])])
	AC_ARG_WITH([systemd],
		[AS_HELP_STRING([--without-systemd], [do not tell systemd about readiness and watchdog])],
		[], [with_systemd=check])
	ab_have_systemd=no
	AS_IF([test "x$with_systemd" != xno], [
		PKG_CHECK_MODULES([SYSTEMD], [libsystemd], [
			ab_have_systemd=yes
			AC_DEFINE([HAVE_SYSTEMD], [1], [Define if sd-daemon.h is there.])
		], [AS_IF([test "x$with_systemd" = xyes], [AC_MSG_ERROR([libsystemd was asked for and is not here])])])
	])
	AM_CONDITIONAL([HAVE_SYSTEMD], [test "x$ab_have_systemd" = xyes])
	AC_SEARCH_LIBS([pthread_create], [pthread])
])
