package com.alphaheng.cli.faults;

import com.alphaheng.cli.up.RunRecord;
import com.alphaheng.cli.up.Shell;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A network between this machine and namespaces on it (Linux, root), whose cables can be pulled. Goes with the run.
final class PrivateNetwork {
    private final RunRecord record;
    private final String bridge;
    private final String prefix;
    private final List<Cell> cells = new ArrayList<>();

    /// One namespace and its cable.
    record Cell(String namespace, String cable) {
        /// What goes before a command to run it in here.
        List<String> enter() {
            return List.of("ip", "netns", "exec", namespace);
        }

        void cut() {
            Shell.run("ip", "link", "set", cable, "down");
        }

        void heal() {
            Shell.run("ip", "link", "set", cable, "up");
        }
    }

    private PrivateNetwork(RunRecord record, String bridge, String prefix) {
        this.record = record;
        this.bridge = bridge;
        this.prefix = prefix;
    }

    /// Empty where namespaces cannot be made: not Linux, not root, or no `ip` (package iproute2).
    static Optional<PrivateNetwork> create(RunRecord record) {
        long process = ProcessHandle.current().pid();
        PrivateNetwork network = new PrivateNetwork(record, "hengb" + process, "10.231." + process % 250 + ".");
        record.bridge(network.bridge);
        boolean made = Shell.succeeds("ip", "link", "add", network.bridge, "type", "bridge")
                && Shell.succeeds("ip", "addr", "add", network.address() + "/24", "dev", network.bridge)
                && Shell.succeeds("ip", "link", "set", network.bridge, "up");
        return made ? Optional.of(network) : Optional.empty();
    }

    /// This machine's address, as seen from the cells.
    String address() {
        return prefix + "1";
    }

    Cell cell() {
        int number = cells.size() + 1;
        String suffix = ProcessHandle.current().pid() + "-" + number;
        Cell cell = new Cell("heng-" + suffix, "hv" + suffix);
        record.namespace(cell.namespace());
        Shell.run("ip", "netns", "add", cell.namespace());
        cells.add(cell);
        record.cable(cell.cable());
        Shell.run("ip", "link", "add", cell.cable(), "type", "veth", "peer", "name", "eth0", "netns",
                cell.namespace());
        Shell.run("ip", "link", "set", cell.cable(), "master", bridge, "up");
        Shell.run("ip", "-n", cell.namespace(), "addr", "add", prefix + (10 + number) + "/24", "dev", "eth0");
        Shell.run("ip", "-n", cell.namespace(), "link", "set", "eth0", "up");
        Shell.run("ip", "-n", cell.namespace(), "link", "set", "lo", "up");
        return cell;
    }
}
