#!/bin/sh
# Make ./configure. With --install-deps or --install-test-deps first install what the build (and
# the tests) need, from the package lists in config/dist. Without a flag nothing outside this tree is touched.
set -eu

cd "$(dirname "$0")"

usage() {
	cat <<'USAGE'
usage: ./autogen.sh [--install-deps | --install-test-deps]
  --install-deps       first install what building and running needs
  --install-test-deps  the same, and what `make check` needs
USAGE
}

# The package names in the given lists, without comments.
packages() {
	sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@" | tr '\n' ' '
}

install_packages() {
	wanted=$(packages "$@")
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "autogen.sh: no apt-get here. Install the equivalents of these Debian packages, then run"
		echo "./autogen.sh again without a flag:"
		echo "  $wanted"
		exit 1
	fi
	sudo=
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null 2>&1 || {
			echo "autogen.sh: not root and no sudo; ask an administrator to run:" >&2
			echo "  apt-get install --no-install-recommends $wanted" >&2
			exit 1
		}
		sudo=sudo
	fi
	missing=
	for name in $wanted; do
		dpkg-query -W -f='${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed ||
			missing="$missing $name"
	done
	[ -n "$missing" ] || return 0
	$sudo apt-get update -qq
	# shellcheck disable=SC2086  # the list is meant to be split
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
}

case "${1-}" in
"") ;;
--install-deps) install_packages config/dist/packages-build.txt ;;
--install-test-deps) install_packages config/dist/packages-build.txt config/dist/packages-test.txt ;;
-h | --help) usage; exit 0 ;;
*) usage >&2; exit 2 ;;
esac

mkdir -p config/dist/aux
autoreconf --install --force --warnings=all
echo "Now run: ./configure && make"
