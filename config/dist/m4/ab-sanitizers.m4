# AB_SANITIZERS: --enable-sanitizers[=address,undefined | thread].
AC_DEFUN([AB_SANITIZERS], [
	AC_ARG_ENABLE([sanitizers],
		[AS_HELP_STRING([--enable-sanitizers@<:@=LIST@:>@],
			[build with compiler sanitizers (default list: address,undefined)])],
		[], [enable_sanitizers=no])
	AS_CASE([$enable_sanitizers],
		[no], [ab_sanitizers=none],
		[yes], [ab_sanitizers=address,undefined],
		[ab_sanitizers=$enable_sanitizers])
	AS_IF([test "x$ab_sanitizers" != xnone], [
		AB_CFLAGS="$AB_CFLAGS -fsanitize=$ab_sanitizers -fno-sanitize-recover=all -fno-omit-frame-pointer"
		AB_LDFLAGS="-fsanitize=$ab_sanitizers"
	])
	AC_SUBST([AB_LDFLAGS])
])
