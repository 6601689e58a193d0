#!/usr/bin/env bash
# Gets librdkafka, the native half of the Kafka client, once into the cache: only what runs over Kafka needs it.
# A system library of 2.1 or newer is used as it is; on Debian 12, whose own is older, the source package of Debian 13 is built
# (about a minute, with a C compiler). Silent and quick when it is there. SLUICE_LIBRDKAFKA names a library of one's own.
set -euo pipefail

version=2.8.0 # also in streams/Kafka/KafkaLibrary.cs: the program looks for this version
sha256=5bd1c46f63265f31c6bfcedcde78703f77d28238eadf23821c2b43fc30be3e25

fail() { echo "setup: $*" >&2; exit 1; }

if [[ -n ${SLUICE_LIBRDKAFKA:-} ]]; then
    [[ -f $SLUICE_LIBRDKAFKA ]] || fail "SLUICE_LIBRDKAFKA names $SLUICE_LIBRDKAFKA, which is not a file."
    exit 0
fi

folder=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}/librdkafka/$version
[[ -s $folder/librdkafka.so.1 ]] && exit 0

# The function came with 2.1; the client calls it.
for library in $( (ldconfig -p 2> /dev/null || /sbin/ldconfig -p) | sed -nE 's/.*librdkafka\.so\.1 .*=> //p'); do
    grep -q rd_kafka_topic_partition_get_leader_epoch "$library" && exit 0
done

command -v apt-get > /dev/null \
    || fail "librdkafka 2.1 or newer was not found; install it with the system's package manager, or name it in SLUICE_LIBRDKAFKA."
needed=(gcc make pkg-config libssl-dev zlib1g-dev libzstd-dev libcurl4-openssl-dev liblz4-dev dpkg-dev)
missing=()
for package in "${needed[@]}"; do dpkg -s "$package" > /dev/null 2>&1 || missing+=("$package"); done
if ((${#missing[@]} > 0)); then
    [[ $(id -u) == 0 ]] || fail "librdkafka needs ${missing[*]} to be built: run 'sudo apt-get install ${missing[*]}', then 'make setup-kafka'."
    echo "setup: installing ${missing[*]}" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null 2>&1 \
        || { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } > /dev/null 2>&1 \
        || fail "apt-get could not install ${missing[*]}; check the network, then run 'make setup-kafka'."
fi

mkdir -p "$folder" 2> /dev/null || fail "cannot create $folder; name a writable folder in SLUICE_CACHE."
find "$folder" -maxdepth 1 -name '.setup.*' -mmin +60 -exec rm -rf {} +
work=$(mktemp -d "$folder/.setup.XXXXXX") || fail "cannot write to $folder; name a writable folder in SLUICE_CACHE."
trap 'rm -rf "$work"' EXIT

# Debian 13's sources by a list of our own, so that the system's lists stay as they are.
site=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2> /dev/null | grep -E '/debian/?$' | head -n 1 || true)
[[ -n $site ]] || fail "apt-get knows no Debian archive; install librdkafka 2.1 or newer and name it in SLUICE_LIBRDKAFKA."
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site trixie main" > "$work/sources.list"
mkdir -p "$work/lists/partial"
apt=(apt-get -qq -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::Lists=$work/lists" -o APT::Sandbox::User=root)
echo "setup: fetching and building librdkafka $version (about a minute, once) into $folder" >&2
{ "${apt[@]}" update && (cd "$work" && "${apt[@]}" source --download-only "librdkafka=$version-1"); } > "$work/apt.log" 2>&1 \
    || { tail -n 3 "$work/apt.log" | sed 's/^/setup: /' >&2; fail "the source of librdkafka $version could not be fetched; check the network, then run 'make setup-kafka'."; }
tarball=$work/librdkafka_$version.orig.tar.gz
actual=$(sha256sum "$tarball" | cut -d' ' -f1)
[[ $actual == "$sha256" ]] || fail "librdkafka's source has checksum $actual, expected $sha256; nothing was installed."
tar -xzf "$tarball" -C "$work"
(cd "$work/librdkafka-$version" && ./configure --disable-gssapi && make -C src -j "$(nproc)") > "$work/build.log" 2>&1 \
    || { tail -n 5 "$work/build.log" | sed 's/^/setup: /' >&2; fail "librdkafka could not be built."; }
strip --strip-unneeded "$work/librdkafka-$version/src/librdkafka.so.1"
mv -f "$work/librdkafka-$version/src/librdkafka.so.1" "$folder/librdkafka.so.1"
echo "setup: librdkafka $version is ready" >&2
