# Turn template files into the C table that template.c walks: awk -f embed.awk FILE... > templates.c
function name(path,   part, n) {
	n = split(path, part, "/")
	return part[n]
}

BEGIN {
	print "/* Generated from the files of core/setup/template. */"
	print "\n#include \"base/base.h\"\n#include \"setup/template.h\"\n"
	print "const struct template_file template_files[] = {"
}

FNR == 1 {
	if (NR > 1)
		print "\t},"
	printf "\t{ \"%s\",\n", name(FILENAME)
}

{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	printf "\t\t\"%s\\n\"\n", $0
}

END {
	print "\t},\n\t{ NULL, NULL },\n};"
}
