package com.alphaheng.spec;

/// How urgent a task is: the scheduler starts P0 before P1 before P2 among tasks that could run.
public enum Priority {
    P0, P1, P2
}
