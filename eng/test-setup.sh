#!/usr/bin/env bash
# Gets what only tests need: Apache Avro's Python library, an independent reader of our files. Never fails: where it
# cannot be had, the tests that need it skip and say so.
set -uo pipefail

for python in /usr/bin/python3 python3; do
    command -v "$python" > /dev/null && "$python" -c 'import avro' 2> /dev/null && exit 0
done

if [[ $(id -u) == 0 ]] && command -v apt-get > /dev/null; then
    echo "test-setup: installing python3-avro" >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get install -y -qq --no-install-recommends python3-avro || {
        apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-avro; }; } > /dev/null 2>&1 \
        || echo "test-setup: python3-avro could not be installed; its tests will skip" >&2
else
    echo "test-setup: python3-avro is not installed (apt-get install python3-avro); its tests will skip" >&2
fi
exit 0
