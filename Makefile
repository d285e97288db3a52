# The two commands a newcomer needs are `make up` and `make test`.

SHELL := /bin/bash -o pipefail
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 16,18,20
NPM := npm --no-fund --no-audit --no-update-notifier --loglevel=error --fetch-retries=1
BENCH ?= .

.PHONY: up test machine lint bench module

# Private content on this machine: refused plain, opened by a signed URL.
up:
	@scripts/check-machine up $(ARGS)
	@scripts/step 'Building; the first time takes a minute' go build -trimpath -o bin/ ./cmd/privatecdn
	@bin/privatecdn up --bucket examples/content $(ARGS)

# Every test, and what the tests need from the package registries. The ten
# slowest are named at the end.
test: machine node_modules/.package-lock.json
	@scripts/test $(TESTFLAGS)

machine:
	@scripts/check-machine test

node_modules/.package-lock.json: package-lock.json | machine
	@scripts/step "Installing the tests' packages with npm" $(NPM) ci || \
		{ echo 'hint: npm needs the network, this once' >&2; exit 2; }
	@touch $@

# Linters that are not needed to build or to test.
lint:
	go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0 run ./...

# Every benchmark; BENCH=URL runs those of the signer's URLs.
bench:
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./signer/... ./edge/... ./internal/...

# The module under a path of your own: make module MODULE=github.com/you/privatecdn
module:
	@scripts/module '$(MODULE)'
