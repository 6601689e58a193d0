#!/usr/bin/env bash
# Gets what only tests need: programs that others wrote and that read what ours wrote. Never fails: where one cannot be
# had, the tests that need it skip and say so. Quick and silent when all is there.
set -uo pipefail

cache=${SLUICE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice}

# Installs a Debian package. Arguments: package, command that succeeds when it is there.
debian() {
    local package=$1
    shift
    "$@" > /dev/null 2>&1 && return
    if [[ $(id -u) != 0 ]] || ! command -v apt-get > /dev/null; then
        echo "test-setup: $package is not installed (apt-get install $package); its tests will skip" >&2
        return
    fi
    echo "test-setup: installing $package" >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get install -y -qq --no-install-recommends "$package" || {
        apt-get update -qq && apt-get install -y -qq --no-install-recommends "$package"; }; } > /dev/null 2>&1 \
        || echo "test-setup: $package could not be installed; its tests will skip" >&2
}

# Unpacks an npm package without dependencies into $cache/NAME/VERSION/package. Arguments: name in the cache, package, version.
npm_package() {
    local folder=$cache/$1/$3 work
    [[ -f $folder/package/package.json ]] && return
    if ! command -v npm > /dev/null; then
        echo "test-setup: npm was not found, so $2 is absent; its tests will skip" >&2
        return
    fi
    echo "test-setup: fetching $2 $3" >&2
    mkdir -p "$folder" && work=$(mktemp -d "$folder/.setup.XXXXXX") || return
    if npm pack "$2@$3" --pack-destination "$work" --silent > /dev/null 2>&1 && tar -xzf "$work"/*.tgz -C "$work"; then
        mv -T "$work/package" "$folder/package" 2> /dev/null || [[ -f $folder/package/package.json ]]
    else
        echo "test-setup: $2 could not be fetched; its tests will skip" >&2
    fi
    rm -rf "$work"
}

# Installs an npm package with what it needs into $cache/NAME/VERSION. Arguments: name in the cache, package, version.
npm_tree() {
    local folder=$cache/$1/$3 work
    [[ -d $folder/node_modules/$2 ]] && return
    if ! command -v npm > /dev/null; then
        echo "test-setup: npm was not found, so $2 is absent; its tests will skip" >&2
        return
    fi
    echo "test-setup: installing $2 $3" >&2
    mkdir -p "$cache/$1" && work=$(mktemp -d "$cache/$1/.setup.XXXXXX") || return
    if npm install --prefix "$work" --ignore-scripts --no-audit --no-fund --silent "$2@$3" > /dev/null 2>&1; then
        mv -T "$work" "$folder" 2> /dev/null
    else
        echo "test-setup: $2 could not be installed; its tests will skip" >&2
    fi
    rm -rf "$work"
}

python_has() { /usr/bin/python3 -c "import $1" || python3 -c "import $1"; }

has_clickhouse() { [[ -x /usr/sbin/clickhouse-server || -x /usr/bin/clickhouse-server ]]; }

debian python3-avro python_has avro
debian python3-kafka python_has kafka
debian python3-lz4 python_has lz4
debian kcat command -v kcat
npm_package kafkajs kafkajs 2.2.4 # these three also in tests/Integration/Kafka/IndependentClientsTests.cs
npm_package avsc avsc 5.7.9
npm_package lz4js lz4js 0.2.0
debian python3-clickhouse-driver /usr/bin/python3 -c "import clickhouse_driver"
npm_tree solana-web3 @solana/web3.js 1.98.4 # also in tests/Integration/Node/Web3TheoryAttribute.cs
npm_package clickhouse-js @clickhouse/client 1.23.1 # also in tests/Integration/Api/ClickHouse/ClientPrograms.cs

# Only Debian's own package: it is the version that the tests are written for, and a current one asks for a password on installing.
old_clickhouse_offered() { apt-cache policy clickhouse-server 2> /dev/null | grep -q 'Candidate: 18\.16'; }

if ! has_clickhouse && command -v apt-cache > /dev/null; then
    # A fresh container has no package lists.
    [[ $(id -u) != 0 ]] || old_clickhouse_offered || apt-get update -qq > /dev/null 2>&1
    if old_clickhouse_offered; then RUNLEVEL=1 debian clickhouse-server has_clickhouse; fi
fi
exit 0
