// Descriptors that become readable when something has to end; see StopSignal.swift.
#pragma once

#include <stddef.h>

/// Opens an eventfd, non-blocking and close-on-exec.
int na_event_open(void);
/// Makes an eventfd readable for good.
int na_event_raise(int descriptor);
/// Blocks the signals for the calling thread and those that it starts, and opens a signalfd that is readable while one
/// of them is pending.
int na_signals_open(const int *signals, size_t count);
