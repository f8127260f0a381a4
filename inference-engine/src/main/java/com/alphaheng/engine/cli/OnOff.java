package com.alphaheng.engine.cli;

/// A choice on the command line.
enum OnOff {
    ON, OFF;

    @Override
    public String toString() {
        return this == ON ? "on" : "off";
    }
}
