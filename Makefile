# Each target does all of its own set-up; set-up is idempotent and quick the second time.
.PHONY: setup build demo test bench format clean

CONFIG ?= Release

setup:
	@./eng/setup.sh

build: setup
	@./eng/build.sh

# DEMO_EXIT=1 ends after the summary, DEMO_SLOTS=N simulates N slots.
demo: build
	@./sluice demo $(if $(DEMO_SLOTS),--slots $(DEMO_SLOTS)) $(if $(DEMO_EXIT),--exit)

test: setup
	@./eng/test.sh

bench: build
	@./eng/bench.sh

format:
	@dotnet format Pipeline.sln --verify-no-changes

clean:
	@find . -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +
