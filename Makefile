# Each target does all of its own set-up; set-up is idempotent and quick the second time.
.PHONY: setup setup-kafka build demo test bench format clean

CONFIG ?= Release

setup:
	@./eng/setup.sh

# What the roles over Kafka need besides: librdkafka.
setup-kafka:
	@./eng/setup-kafka.sh

build: setup
	@./eng/build.sh

# DEMO_EXIT=1 ends after the summary, DEMO_SLOTS=N simulates N slots.
demo: build
	@./sluice demo $(if $(DEMO_SLOTS),--slots $(DEMO_SLOTS)) $(if $(DEMO_EXIT),--exit)

test: setup setup-kafka
	@./eng/test.sh

bench: build setup-kafka
	@./eng/bench.sh

format:
	@dotnet format Pipeline.sln --verify-no-changes

clean:
	@find . -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
