package com.alphaheng.engine.cpu.fast;

/// The choices of a step (token, expert) grouped by expert, in memory that kernels read: per active expert its number
/// and where its choices start, then per choice, in groups, the choice's index, its token and its weight. Within a
/// group choices are in order, and experts in rising order, whatever the number of tokens: sums over a token's
/// experts are the same in every batch.
final class Groups {

    private final int experts;
    private final int perToken;
    private final int choices;

    Groups(int experts, int tokenCount, int perToken) {
        this.experts = experts;
        this.perToken = perToken;
        this.choices = tokenCount * perToken;
    }

    long bytes() {
        return Memory.align(4L * (2 + 2L * experts + 3L * choices));
    }

    /// Number of experts that any token chose.
    int active(long area) {
        return Memory.getInt(area);
    }

    int expert(long area, int group) {
        return Memory.getInt(area + 4 + 4L * group);
    }

    private long startAddress(long area, int group) {
        return area + 4 + 4L * experts + 4L * group;
    }

    int count(long area, int group) {
        return Memory.getInt(startAddress(area, group + 1)) - Memory.getInt(startAddress(area, group));
    }

    /// Address of int32: the group's choices as indices token * perToken + j.
    long choiceRows(long area, int group) {
        return area + 8 + 8L * experts + 4L * Memory.getInt(startAddress(area, group));
    }

    /// Address of int32: the group's tokens.
    long tokenRows(long area, int group) {
        return choiceRows(area, group) + 4L * choices;
    }

    /// Address of float32: the weights of the group's choices.
    long weights(long area, int group) {
        return choiceRows(area, group) + 8L * choices;
    }

    /// Groups int32[choices] at `ids`, with float32[choices] at `weights` (0 for none).
    void build(long ids, long weights, long area) {
        long listed = area + 8 + 8L * experts;
        int groups = 0;
        int placed = 0;
        for (int expert = 0; expert < experts; expert++) {
            int before = placed;
            for (int choice = 0; choice < choices; choice++) {
                if (Memory.getInt(ids + 4L * choice) == expert) {
                    Memory.putInt(listed + 4L * placed, choice);
                    Memory.putInt(listed + 4L * (choices + placed), choice / perToken);
                    if (weights != 0) {
                        Memory.putFloat(listed + 4L * (2L * choices + placed),
                            Memory.getFloat(weights + 4L * choice));
                    }
                    placed++;
                }
            }
            if (placed > before) {
                Memory.putInt(area + 4 + 4L * groups, expert);
                Memory.putInt(startAddress(area, groups), before);
                groups++;
            }
        }
        Memory.putInt(startAddress(area, groups), placed);
        Memory.putInt(area, groups);
    }
}
