# How botnia is built, tested and shipped. CI runs these very targets.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test check bench generate dist python browser

CARGO ?= cargo
# The tests make many thousands of small files: in memory where there is room.
SCRATCH := $(shell test -w /dev/shm && test "$$(df -Pk /dev/shm | awk 'NR == 2 { print $$4 }')" -gt 4000000 && echo /dev/shm)
TARGET := $(or $(CARGO_TARGET_DIR),target)

# Tools and the Python environment stay in `target` whatever CARGO_TARGET_DIR says: the
# tests look for the environment there.
PYTHON := target/python
BROWSER := target/browser
DENY_VERSION := 0.20.2
DENY := target/tools/cargo-deny-$(DENY_VERSION)/bin/cargo-deny

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Build, sweep the embedded sandbox, publish a release, say where it is
	$(CARGO) run --locked -- run --demo

test: python browser ## Run every test; says which ones are left out, and why
	@if [ ! -d ../shared/recordings ]; then \
	    echo "left out: the tests that replay recorded answers: ../shared/recordings is not beside this folder"; \
	fi
	$(if $(SCRATCH),TMPDIR=$(SCRATCH)) $(CARGO) test --locked --workspace

check: $(DENY) ## Check format, lints, documentation links, dependencies and generated references
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps --lib
	$(DENY) --locked check bans licenses sources
	$(CARGO) run --locked -- generate --check

bench: ## Measure time and memory, optimised
	$(CARGO) bench --locked --bench sweep --bench readers --bench soak

generate: ## Write the generated references under docs/reference/
	$(CARGO) run --locked -- generate

dist: ## Build the optimised binary and pack it with its settings and documents
	$(CARGO) build --locked --profile dist --bin botnia
	@version=$$($(CARGO) pkgid --locked -p botnia | sed 's/.*[#@]//'); \
	host=$$(rustc -vV | sed -n 's/^host: //p'); \
	name=botnia-$$version-$$host; \
	cd $(TARGET)/dist; \
	rm -rf package SHA256SUMS botnia-*.tar.gz; \
	mkdir -p package/$$name; \
	cp botnia package/$$name/; \
	(cd "$(CURDIR)"; cp -R README.md LICENCE docs config $(wildcard deploy) "$(abspath $(TARGET))/dist/package/$$name/"); \
	rm -rf package/$$name/config/src package/$$name/config/Cargo.toml; \
	rm -f package/$$name/deploy/.env package/$$name/deploy/botnia.toml; \
	moment=$$(git -C "$(CURDIR)" log -1 --format=%ct); \
	tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@$$moment -C package -cf - $$name | gzip -9n > $$name.tar.gz; \
	rm -rf package; \
	sha256sum $$name.tar.gz > SHA256SUMS; \
	echo "$(TARGET)/dist/$$name.tar.gz"

# Real DuckDB, pandas and polars, for the tests that open a release with them, and the
# servers that tests talk to: PostgreSQL, for machines that have none, and S3. Without
# Python or network the other tests still run, and the Rust side names what it left out.
python:
	@if ! cmp -s tests/python/requirements.txt $(PYTHON)/requirements.txt; then \
	    echo "Preparing $(PYTHON) with DuckDB, pandas, polars, PostgreSQL and S3"; \
	    rm -rf $(PYTHON); mkdir -p target; \
	    if ! command -v python3 > target/python.log; then \
	        reason="python3 is not installed"; \
	    elif ! python3 -m venv $(PYTHON) > target/python.log 2>&1; then \
	        reason="python3 -m venv failed (see target/python.log; on Debian and Ubuntu: apt-get install python3-venv)"; \
	    elif ! $(PYTHON)/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: \
	            --requirement tests/python/requirements.txt > target/python.log 2>&1; then \
	        reason="pip could not install tests/python/requirements.txt (see target/python.log)"; \
	    else \
	        reason=""; cp tests/python/requirements.txt $(PYTHON)/requirements.txt; \
	    fi; \
	    if [ -n "$$reason" ]; then \
	        rm -rf $(PYTHON); \
	        echo "left out: the tests that open a release in DuckDB, pandas and polars, or need a server: $$reason"; \
	    fi; \
	fi

# What Chromium looks at the pages with: rules of accessibility, and a validator of HTML.
# Without Chromium, Node and Java the Rust side names what it left out.
browser:
	@if command -v npm > /dev/null && ! cmp -s tests/browser/package-lock.json $(BROWSER)/package-lock.json; then \
	    echo "Preparing $(BROWSER) with axe-core and a validator of HTML"; \
	    rm -rf $(BROWSER); mkdir -p $(BROWSER); \
	    cp tests/browser/package.json tests/browser/package-lock.json $(BROWSER)/; \
	    if ! npm ci --prefix $(BROWSER) --ignore-scripts --no-audit --no-fund > target/browser.log 2>&1; then \
	        rm -rf $(BROWSER); \
	        echo "left out: the look at the pages in Chromium: npm could not install tests/browser/package.json (see target/browser.log)"; \
	    fi; \
	fi

# Built here, because the ready-made packages of cargo-deny are too old to read this
# workspace. Unoptimised and without what only its advisory check needs: a minute and a
# half on one core.
$(DENY):
	CARGO_PROFILE_DEV_DEBUG=0 $(CARGO) install cargo-deny@$(DENY_VERSION) --locked --debug --no-default-features \
	    --root target/tools/cargo-deny-$(DENY_VERSION) --target-dir target/tools/build
	rm -rf target/tools/build
