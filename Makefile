# The two commands a newcomer needs are `make up` and `make test`.

SHELL := /bin/bash -o pipefail
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 16,18,20
NPM := npm --no-fund --no-audit --no-update-notifier --loglevel=error
BENCH ?= .

.PHONY: up test lint bench module

# Private content on this machine: refused plain, opened by a signed URL.
up:
	@echo 'Building. The first time this compiles the AWS CDK, which takes a minute or two.' >&2
	@go build -o bin/ ./cmd/privatecdn
	@bin/privatecdn up --bucket examples/content $(ARGS)

# Every test, and what the tests need from the package registries.
test: node_modules/.package-lock.json
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'run gofmt -w on these' >&2; exit 1; }
	go vet ./...
	cd examples/consumer && go vet ./... && go test ./...
	go test ./...

node_modules/.package-lock.json: package-lock.json
	$(NPM) ci
	@touch $@

# Linters that are not needed to build or to test.
lint:
	go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

# Every benchmark; BENCH=URL runs those of the signer's URLs.
bench:
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./signer/... ./edge/... ./internal/...

# The module under a path of your own: make module MODULE=github.com/you/privatecdn
module:
	@scripts/module '$(MODULE)'
