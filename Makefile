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

# What reading promises, at full size: a release build over 50,000 rules that change 10, 100 and 1,000 times a second,
# 1,000 runs on a host that stays as it was, and 5,000 combinations of chains.
reading:
	swift build -c release --product nataudit
	NATAUDIT_PROGRAM="$$(swift build -c release --show-bin-path)/nataudit" \
	    NATAUDIT_CHURN=50000 NATAUDIT_READS=1000 NATAUDIT_ORDERS=5000 \
	    scripts/test --filter 'ScanChurnTests|ReadOnlyTests|OrderTests|CommitWindowTests'

# What probes say under loss, 1,000 times for each path.
loss:
	NATAUDIT_LOSS=1000 scripts/test --filter LossTests

# Real ICE agents with the mapping, two on each side of two NAT hosts and all on one port: 200 connections.
connections:
	NATAUDIT_CONNECTIONS=200 scripts/test --filter CrowdedPeerTests

# Ten minutes of 1,000 one-shot queries a second through the mapping, beside sockets that stay.
flood:
	NATAUDIT_FLOOD=600 scripts/test --filter QueryFloodTests

# Random traffic through the mapping against a model of RFC 4787, 5,000 steps; NATAUDIT_SEED=N plays a run again.
model:
	NATAUDIT_STEPS=5000 scripts/test --filter ModelTests

# What fix and undo promise, at full size and with a release build; POINTS=N asks for another number of points.
#
#   kill-sweep   a signal at one system call after the other: of fix, of a trial and what holds it, of keep, persist, restore, undo
#   fault-sweep  an error at one system call after the other
#   traffic      cycles of fix and undo under traffic, for each backend
#   churn        fixes while others change rules, a third each at 10, 100 and 1,000 changes a second
kill-sweep fault-sweep traffic churn:
	swift build -c release --product nataudit
	case $@ in \
	kill-sweep) set -- NATAUDIT_KILLS $${POINTS:-720} 'KillSweepTests|HolderSweepTests' ;; \
	fault-sweep) set -- NATAUDIT_FAULTS $${POINTS:-1800} FaultSweepTests ;; \
	traffic) set -- NATAUDIT_CYCLES $${POINTS:-100} RepairTrafficTests ;; \
	churn) set -- NATAUDIT_APPLIES $${POINTS:-3000} KernelTests.ChurnTests ;; \
	esac && env "$$1=$$2" NATAUDIT_PROGRAM="$$(swift build -c release --show-bin-path)/nataudit" \
	    scripts/test --filter "$$3"

# What reads the network, under libFuzzer and AddressSanitizer.
fuzz:
	scripts/fuzz stun 600

clean:
	swift package clean

.PHONY: build test demo lint format clean-room packages image test-packages test-playbooks differential reading loss \
    connections flood model kill-sweep fault-sweep traffic churn fuzz clean
