# AB_WARNINGS: the warnings that every file of ours must pass, kept apart from the user's CFLAGS.
# --enable-werror turns them into errors (continuous integration does; releases do not).
AC_DEFUN([AB_WARNINGS], [
	AC_ARG_ENABLE([werror],
		[AS_HELP_STRING([--enable-werror], [treat compiler warnings as errors])],
		[], [enable_werror=no])
	ab_wanted="-std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes dnl
-Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wundef -Wconversion -Wno-sign-conversion dnl
-Wno-format-truncation -Wno-missing-field-initializers -fstack-protector-strong -fno-common"
	AB_CFLAGS=
	for ab_flag in $ab_wanted; do
		ab_saved=$CFLAGS
		CFLAGS="$CFLAGS -Werror $ab_flag"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM()], [AB_CFLAGS="$AB_CFLAGS $ab_flag"])
		CFLAGS=$ab_saved
	done
	AS_IF([test "x$enable_werror" = xyes], [AB_CFLAGS="$AB_CFLAGS -Werror"])
	AC_SUBST([AB_CFLAGS])
])
