# Each verb is one script or one command of Swift; `make` without a verb builds.
.POSIX:

build:
	swift build

test:
	scripts/test

demo:
	scripts/demo

lint:
	scripts/lint

format:
	swift format -i -r Sources Tests Package.swift

clean-room:
	scripts/clean-room scripts/test

packages:
	scripts/package all

image:
	scripts/image

test-packages:
	scripts/test-packages

test-playbooks:
	scripts/test-playbooks

# The walk against the kernel, 100,000 random pairs of rules and packets.
differential:
	NATAUDIT_PAIRS=100000 scripts/test --filter DifferentialTests

clean:
	swift package clean

.PHONY: build test demo lint format clean-room packages image test-packages test-playbooks differential clean
